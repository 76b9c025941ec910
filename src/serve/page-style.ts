const columns = (name: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `.${name}${at + 1}{grid-column-start:${at + 1}}`).join("");

/** Styles that the status page adds to those of the report. On narrow screens a year is drawn as weeks. */
export const PAGE_STYLE = `
.brand{display:flex;justify-content:space-between;align-items:baseline;gap:.25rem 1.5rem;flex-wrap:wrap}
.brand p,.brand nav{margin:0;color:var(--soft);font-size:.875rem}
.brand nav a{margin-left:.875rem}
footer{margin-top:3rem}
.verdict ul{margin:.5rem 0 0;padding-left:1.125rem}
.verdict a{color:inherit}
h2 .state,h1 .state{font-size:.8125rem;vertical-align:.1875rem;margin-left:.5rem}
h3{margin:2rem 0 .625rem}
.tenant{margin-top:3rem}
.tenant h2{margin-bottom:.5rem}
.doing{color:var(--soft);margin:.25rem 0 1rem;max-width:none}
dl.figures dd small{font-size:.8125rem;font-weight:400;color:var(--soft)}
dl.figures meter{display:block;width:100%;height:.5rem;margin-top:.375rem}
dl.figures dd{white-space:nowrap}
.pair .rows small{display:block;margin-top:.25rem;min-width:11rem;overflow-wrap:anywhere}
details{margin-top:.625rem}
summary{cursor:pointer;color:var(--soft);font-size:.875rem;padding:.25rem 0}
.alarms{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.5rem}
.alarms li{background:var(--bad);color:var(--bad-ink);border-radius:.5rem;padding:.625rem 1rem;overflow-wrap:anywhere}
.alarms small{display:block}
.year{display:grid;gap:3px;margin:0;padding:0;list-style:none}
.year>li{display:grid;grid-template-columns:8rem 1fr;align-items:center}
.year .name{font-size:.8125rem;color:var(--soft);margin:0}
.days{display:grid;grid-template-columns:repeat(31,1fr);gap:3px;list-style:none;margin:0;padding:0}
.days li{border-radius:.3125rem;min-width:0}
.days a{position:relative;display:block;min-height:2.25rem;padding:.1875rem 0;color:inherit;text-decoration:none;text-align:center;
font-size:.75rem;line-height:1.25;font-variant-numeric:tabular-nums;border-radius:inherit}
.days a span{display:block}
.days a:hover{box-shadow:inset 0 0 0 2px currentColor}
a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.days .today{box-shadow:inset 0 0 0 2px var(--accent)}
${columns("d", 31)}
.skip{position:absolute;left:-100rem}
.skip:focus{position:static}
.years a,.years b{margin-right:.875rem}
.years{font-size:.875rem;margin:.75rem 0 0}
.soon{color:var(--bad-ink);background:var(--bad);border-radius:.375rem;padding:.0625rem .5rem;font-weight:650;white-space:nowrap}
.waiting,.working,.starting{background:var(--wait);color:var(--wait-ink)}
.refused,.failing,.stopped{background:var(--bad);color:var(--bad-ink)}
.fine{background:var(--good);color:var(--good-ink)}
.none{color:var(--soft)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:0 2rem;align-items:start}
.bars{display:block;width:100%;max-width:46rem;height:auto}
.bars rect{fill:var(--accent)}
.bars text{fill:var(--soft);font-size:10px}
.turn{display:flex;justify-content:space-between;margin:1rem 0}
@media(max-width:40rem){.rows th,.rows td{padding-left:.5rem;padding-right:.5rem}dl.figures{grid-template-columns:1fr 1fr}dl.figures div{padding:.625rem .75rem}dl.figures dd{font-size:1.1875rem}}
@media(max-width:52rem){.year{gap:1.25rem}.year>li{grid-template-columns:1fr}.year .name{padding-bottom:.25rem;font-weight:600;color:inherit}
.days{grid-template-columns:repeat(7,1fr)}${columns("w", 7)}}
@media print{.days a{min-height:0;font-size:6.5pt}.days li{print-color-adjust:exact;-webkit-print-color-adjust:exact}.skip,.years{display:none}}
`;
