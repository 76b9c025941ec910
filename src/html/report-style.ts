/** The report's whole appearance. Contrasts are 4.5:1 or more in both schemes (WCAG 2.2, 1.4.3). */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#1b2330;--soft:#566072;--paper:#fff;--tint:#f4f6f9;--line:#d7dde6;--accent:#1d4f91;
--good:#e3f3e8;--good-ink:#14532d;--wait:#e2eefb;--wait-ink:#173f73;--due:#fdf0cf;--due-ink:#6b4700;--bad:#fbe1e0;--bad-ink:#8a1612;
--gone:#ece3f7;--gone-ink:#542a86;--none:#eef0f3;--none-ink:#566072}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf1;--soft:#a3aec0;--paper:#11161f;--tint:#1a212d;--line:#323c4c;--accent:#8fbaf5;
--good:#143a25;--good-ink:#b5ecc8;--wait:#16324f;--wait-ink:#c0dcff;--due:#473408;--due-ink:#ffdf94;--bad:#521a1a;--bad-ink:#ffc9c5;
--gone:#37224f;--gone-ink:#e0c9ff;--none:#222a36;--none-ink:#a3aec0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
footer{padding-bottom:3rem;color:var(--soft);font-size:.875rem}
h1{font-size:1.125rem;font-weight:600;margin:0;color:var(--soft)}
h2{font-size:1.25rem;margin:2.75rem 0 .75rem;padding-bottom:.375rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:0 0 .375rem}
p{max-width:46rem}
a{color:var(--accent)}
code,pre,.hash{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;font-size:.875em}
pre{background:var(--tint);border:1px solid var(--line);border-radius:.5rem;padding:.875rem 1rem;overflow-x:auto}
.verdict{margin:1rem 0 1.5rem;padding:1.25rem 1.5rem;border-radius:.75rem;border-left:.5rem solid}
.verdict p{margin:.25rem 0}
.verdict .say{font-size:1.625rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;max-width:none}
.whole,.consistent{background:var(--good);color:var(--good-ink);border-color:var(--good-ink)}
.missing{background:var(--due);color:var(--due-ink);border-color:var(--due-ink)}
.damaged{background:var(--bad);color:var(--bad-ink);border-color:var(--bad-ink)}
dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:0}
dl.figures div{background:var(--tint);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
dl.figures dt{color:var(--soft);font-size:.8125rem}
dl.figures dd{margin:0;font-size:1.375rem;font-weight:600;font-variant-numeric:tabular-nums}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;margin:0}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
.months{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1.5rem;align-items:start}
.month{border-collapse:separate;border-spacing:3px;table-layout:fixed;width:100%;max-width:22rem}
.month caption{text-align:left;font-weight:600;padding-bottom:.25rem}
.month th{font-size:.75rem;font-weight:500;color:var(--soft)}
.month td{height:2.375rem;border-radius:.375rem;text-align:center;padding:0;font-variant-numeric:tabular-nums;font-size:.8125rem;line-height:1.1}
.month td span{display:block}
.disposed,.disposing{background:transparent;color:inherit}
.closed{background:var(--good);color:var(--good-ink)}
.sealed{background:var(--wait);color:var(--wait-ink)}
.due{background:var(--due);color:var(--due-ink)}
.gap,.lost{background:var(--bad);color:var(--bad-ink);font-weight:700}
.before,.open{background:var(--none);color:var(--none-ink)}
.legend{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;list-style:none;padding:0;margin:1.25rem 0 0;font-size:.875rem}
.legend b,.state{display:inline-block;padding:.0625rem .5rem;border-radius:.375rem;font-weight:600;white-space:nowrap}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
.scroll:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.rows{border-collapse:collapse;width:100%;font-size:.875rem}
.rows caption{text-align:left;color:var(--soft);padding:.75rem 1rem;border-bottom:1px solid var(--line)}
.rows th,.rows td{padding:.4375rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
.rows tr:last-child>*{border-bottom:0}
.rows thead th{background:var(--tint);font-weight:600;white-space:nowrap}
.rows tbody th{font-weight:600;white-space:nowrap}
.rows .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.rows time,.day{white-space:nowrap}
.rows .wide{min-width:11rem;overflow-wrap:anywhere}
.rows span.wide{display:block}
.hash{overflow-wrap:anywhere}
.rows tr:has(+.hashes)>*{border-bottom:0}
.rows .hashes td{color:var(--soft);font-size:.8125rem;padding-top:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media screen{.rows .id{white-space:nowrap}}
@media(max-width:40rem){dl.facts{grid-template-columns:1fr}dl.facts dt{margin-top:.5rem}.verdict .say{font-size:1.3125rem}}
@page{margin:18mm;@bottom-right{content:counter(page) " of " counter(pages);font:8pt sans-serif}}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--tint:#fff;--line:#bbb}body{font-size:10pt}header{padding-top:0}
main,header,footer{max-width:none;padding-left:0;padding-right:0}.scroll{overflow:visible;border:0}.rows{font-size:8.5pt}.rows .hashes td{font-size:8pt}.rows .wide{min-width:0}
pre{white-space:pre-wrap;overflow-wrap:anywhere}h2,.rows caption,.rows thead,.rows tr:has(+.hashes){break-after:avoid}tr,.month,.verdict{break-inside:avoid}thead{display:table-header-group}
.verdict,.month td,.state,.legend b{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
