/** The appearance of a document that is signed on paper: black on white, on A4 and Letter. */
export const PAPER_STYLE = `
@page{margin:18mm;@bottom-right{content:counter(page) " of " counter(pages);font:8pt sans-serif}}
body{margin:1.5rem auto;max-width:60rem;padding:0 1rem;color:#111;background:#fff;font:14px/1.5 system-ui,"Segoe UI",Arial,sans-serif}
h1{font-size:1.5rem;margin:0 0 .25rem}
h2{font-size:1.05rem;margin:1.75rem 0 .5rem;border-bottom:1px solid #999;padding-bottom:.2rem}
p{max-width:48rem}
code,pre,.hash{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.82em;overflow-wrap:anywhere}
pre{border:1px solid #999;padding:.6rem .8rem;white-space:pre-wrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
dt{color:#444}dd{margin:0;overflow-wrap:anywhere}
.rows{border-collapse:collapse;width:100%;font-size:.85rem}
.rows caption{text-align:left;color:#444;padding:.3rem 0}
.rows th,.rows td{border:1px solid #999;padding:.25rem .4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
.rows thead{display:table-header-group}
.rows thead th{white-space:nowrap;overflow-wrap:normal}
.rows tr{break-inside:avoid}
.sign{display:grid;grid-template-columns:1fr 1fr 1fr;gap:1.5rem;margin-top:2.5rem}
.sign div{border-top:1px solid #111;padding-top:.25rem;font-size:.85rem}
@media(max-width:40rem){.sign,dl{grid-template-columns:1fr}}
@media print{body{margin:0;max-width:none;padding:0;font-size:9.5pt}}
`;
