package report

// page is the template of a page. Its policy lets a browser load nothing but the
// pictures within it, and its styles are all here.
const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{{.Title}}</title>
<link rel="icon" href="data:,">
<style>
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c1e21; --soft: #5b6169; --line: #d8dbdf; --panel: #f5f6f7;
  --link: #005a91; --good: #00664b; --bad: #a03e00; --warn: #fff5e5; --warn-line: #e69f00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e6e8ea; --soft: #a3a9b0; --line: #3a3f45; --panel: #1f2226;
    --link: #7cc4f4; --good: #4fd0ab; --bad: #ff9d5c; --warn: #2b2417; --warn-line: #e69f00;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif;
  background: var(--paper); color: var(--ink); overflow-wrap: break-word;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .6rem; padding-top: .9rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; max-width: 44rem; }
.lead, figcaption, .note, .detail { color: var(--soft); }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; }
a { color: var(--link); }
.warnings { background: var(--warn); border-left: .3rem solid var(--warn-line); margin: 1.5rem 0; padding: .7rem 1rem .8rem; }
.warnings h2 { border: 0; margin: 0 0 .3rem; padding: 0; font-size: 1.05rem; }
.warnings ul { margin: 0; padding-left: 1.2rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { padding: .3rem .9rem .3rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th { font-weight: 600; border-bottom-color: var(--soft); vertical-align: bottom; line-height: 1.25; }
td { max-width: 26rem; }
th.number, td.number { text-align: right; }
td.number { white-space: nowrap; }
.detail, .note { font-size: .87em; }
code { font-family: ui-monospace, "Liberation Mono", Menlo, Consolas, monospace; font-size: .87em; overflow-wrap: anywhere; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
figure { margin: 1rem 0 1.5rem; }
figure img { display: block; width: 100%; min-width: 34rem; height: auto; background: #ffffff; }
figcaption { font-size: .92rem; max-width: 44rem; margin-top: .3rem; }
@media (prefers-color-scheme: dark) {
  /* Light and dark change places, hues stay: #ffffff becomes about the paper. */
  figure img { filter: invert(.91) hue-rotate(180deg); }
}
@media print {
  :root {
    --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --panel: #ffffff;
    --link: #000000; --good: #00664b; --bad: #a03e00; --warn: #ffffff;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  figure img { min-width: 0; filter: none; }
  figure, tr, .warnings { break-inside: avoid; }
  h2 { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { max-width: none; padding-right: .5rem; }
  code { font-size: 6.5pt; }
}
</style>
</head>
<body>
<header>
<h1>{{.Title}}</h1>
{{- with .Lead}}
<p class="lead">{{.}}</p>
{{- end}}
<nav aria-label="Sections"><ul>
{{- range .Sections}}
<li><a href="#{{.ID}}">{{.Title}}</a></li>
{{- end}}
</ul></nav>
</header>
<main>
{{- with .Warnings}}
<section class="warnings" id="warnings">
<h2>{{if eq (len .) 1}}1 warning{{else}}{{len .}} warnings{{end}}</h2>
<ul>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ul>
</section>
{{- end}}
{{- range .Sections}}
<section id="{{.ID}}">
<h2>{{.Title}}</h2>
{{- range .Text}}
<p>{{.}}</p>
{{- end}}
{{- range .Tables}}
{{- $columns := .Columns}}
<div class="scroll" tabindex="0">
<table>
{{- with .Caption}}
<caption>{{.}}</caption>
{{- end}}
<thead><tr>{{range .Columns}}<th scope="col"{{if .Number}} class="number"{{end}}>{{.Name}}</th>{{end}}</tr></thead>
<tbody>
{{- range .Rows}}
<tr>
{{- range $i, $cell := .}}<td{{if (index $columns $i).Number}} class="number"{{end}}>
{{- if .Mark}}<span class="{{.Mark}}">{{.Text}}</span>{{else if .Code}}<code>{{.Text}}</code>{{else}}{{.Text}}{{end}}
{{- with .Detail}} <span class="detail">{{.}}</span>{{end}}</td>
{{- end}}</tr>
{{- end}}
</tbody>
</table>
</div>
{{- with .Note}}
<p class="note">{{.}}</p>
{{- end}}
{{- end}}
{{- range .Figures}}
<figure>
<div class="scroll" tabindex="0"><img src="{{source .}}" alt="{{.Alt}}"></div>
{{- with .Caption}}
<figcaption>{{.}}</figcaption>
{{- end}}
</figure>
{{- end}}
</section>
{{- end}}
</main>
</body>
</html>
`
