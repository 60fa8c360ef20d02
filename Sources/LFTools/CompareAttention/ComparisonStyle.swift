/// The style sheet of the comparison's page: light and dark, wide and narrow.
enum ComparisonStyle {
  static let sheet = """
    :root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#5b6675;
    --line:#dfe3e9;--band:#7f9fe8;--global:#d98a2b;--none:#e9edf3;--drop:#b3261e;
    --c0:#1b2330;--c1:#2457c5;--c2:#d1601c;--c3:#14804a;--c4:#8a3fb5;--c5:#b3261e;--c6:#00798c;
    --c7:#7a6a00}
    @media(prefers-color-scheme:dark){:root{--page:#12151a;--card:#1a1f27;--ink:#e4e9f0;
    --soft:#98a4b3;--line:#2e3642;--band:#5f83d6;--global:#e29a45;--none:#262d38;--drop:#ff8d84;
    --c0:#e4e9f0;--c1:#86acff;--c2:#ffa05c;--c3:#5fd596;--c4:#d29bf0;--c5:#ff8d84;--c6:#5fd0e0;
    --c7:#e3cf5a}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:1120px;margin:0 auto;padding:28px 20px 56px}
    h1{font-size:24px;line-height:1.25;margin:0 0 4px}h2{font-size:16px;margin:0 0 2px}
    p{margin:0 0 8px;overflow-wrap:anywhere}.soft{color:var(--soft)}.small{font-size:13px}
    .card{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:16px 0}
    .inside{padding:16px 18px}.scroll{overflow-x:auto}
    .grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 16px}
    table{border-collapse:collapse;width:100%;font-size:14px}
    th{font-weight:550;color:var(--soft);font-size:12.5px;text-align:left;white-space:nowrap}
    th,td{padding:7px 14px;border-bottom:1px solid var(--line)}tr:last-child td{border-bottom:0}
    th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    code{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
    overflow-wrap:anywhere}
    td code{white-space:nowrap}
    svg{display:block;width:100%;height:auto;overflow:visible}
    svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
    .key{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;margin:10px 0 4px}
    .key span{display:inline-flex;align-items:center;gap:6px}.key svg{width:12px;height:12px}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:18px}
    figure{margin:0}figcaption{font-size:12px;color:var(--soft);margin:6px 0 0}
    .grid-line{stroke:var(--line);stroke-width:1}.line{fill:none;stroke-width:2}.dot{stroke:none}
    .line0{stroke:var(--c0)}.line1{stroke:var(--c1)}.line2{stroke:var(--c2)}
    .line3{stroke:var(--c3)}.line4{stroke:var(--c4)}.line5{stroke:var(--c5)}
    .line6{stroke:var(--c6)}.line7{stroke:var(--c7)}
    .dot.line0,.fill0{fill:var(--c0)}.dot.line1,.fill1{fill:var(--c1)}
    .dot.line2,.fill2{fill:var(--c2)}.dot.line3,.fill3{fill:var(--c3)}
    .dot.line4,.fill4{fill:var(--c4)}.dot.line5,.fill5{fill:var(--c5)}
    .dot.line6,.fill6{fill:var(--c6)}.dot.line7,.fill7{fill:var(--c7)}
    .none{fill:var(--none)}.band{fill:var(--band)}.global{fill:var(--global)}
    .drop{fill:var(--drop)}
    .bar{display:grid;grid-template-columns:1fr auto;gap:1px 10px;margin:7px 0;font-size:13px}
    .bar svg{grid-column:1/-1;height:8px}
    @media(max-width:760px){.grid{grid-template-columns:minmax(0,1fr)}main{padding:20px 12px 40px}}
    """
}
