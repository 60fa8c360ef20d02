/// The style sheet of the page: light and dark, wide and narrow, without
/// anything from elsewhere.
enum PageStyle {
  static let sheet = """
    :root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#5b6675;
    --line:#dfe3e9;--pass:#14804a;--passbg:#e2f4ea;--fail:#b3261e;--failbg:#fbe6e4;--warn:#8a5a00;
    --warnbg:#fbf0d9;--accent:#2457c5;--band:#9db8ee;--global:#e08a2e;--none:#eef1f5;
    --e0:#edf2fa;--e1:#d3e0f4;--e2:#a9c4ea;--e3:#ffd699;--e4:#fba94c;--e5:#ee7130;--e6:#cf3a26;
    --e7:#8d1220;--ex:#1b1b1f;--s1:#e3e9f4;--s2:#c2cfe7;--s3:#92a9d6;--s4:#5d7fc4;--same:#e08a2e}
    @media(prefers-color-scheme:dark){:root{--page:#12151a;--card:#1a1f27;--ink:#e4e9f0;
    --soft:#98a4b3;--line:#2e3642;--pass:#5fd596;--passbg:#143324;--fail:#ff8d84;--failbg:#3d1b1a;
    --warn:#f0bd62;--warnbg:#37290f;--accent:#86acff;--band:#3d5ea8;--global:#f0a04b;--none:#232a34;
    --e0:#1f2734;--e1:#27374f;--e2:#31517f;--e3:#7a5a1c;--e4:#b5701d;--e5:#d9622b;--e6:#f0503c;
    --e7:#ff9c8f;--ex:#fff;--s1:#232d3d;--s2:#2c3e5c;--s3:#3b5788;--s4:#5077bd;--same:#f0a04b}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:1120px;margin:0 auto;padding:28px 24px 56px}
    h1{font-size:24px;line-height:1.25;margin:0 0 4px}h2{font-size:16px;margin:0}
    h3{font-size:14px;margin:0 0 2px}
    p{margin:0 0 8px}a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
    .soft{color:var(--soft)}.small{font-size:13px}
    .verdict{display:inline-block;min-width:58px;padding:1px 9px;border-radius:99px;
    font-size:12px;font-weight:650;text-align:center;letter-spacing:.02em;white-space:nowrap}
    td code{white-space:nowrap}
    .pass{color:var(--pass);background:var(--passbg)}.fail{color:var(--fail);background:var(--failbg)}
    .error{color:var(--warn);background:var(--warnbg)}
    .card{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:16px 0}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:14px}
    th{font-weight:550;color:var(--soft);font-size:12.5px;text-align:left;white-space:nowrap}
    th,td{padding:7px 14px;border-bottom:1px solid var(--line);vertical-align:top}
    tr:last-child td{border-bottom:0}
    .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .hint{font-size:13px;color:var(--soft);margin-top:2px;overflow-wrap:anywhere}
    code{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    summary{cursor:pointer;padding:13px 18px;display:flex;gap:12px;align-items:center;
    list-style:none}
    summary::-webkit-details-marker{display:none}
    summary::after{content:"";margin-left:auto;flex:none;width:8px;height:8px;
    border:solid var(--soft);border-width:0 2px 2px 0;transform:rotate(45deg)}
    details[open]>summary::after{transform:rotate(225deg)}
    details[open]>summary{border-bottom:1px solid var(--line)}
    summary h2{min-width:0;overflow-wrap:anywhere}
    .inside{padding:16px 18px;scroll-margin-top:64px}
    .box{border-left:3px solid var(--fail);background:var(--failbg);border-radius:0 8px 8px 0;
    padding:9px 14px;margin:0 0 16px;overflow-wrap:anywhere}
    .box p:last-child{margin:0}.box.error{border-color:var(--warn);background:var(--warnbg);
    color:var(--ink)}
    .grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:26px 30px}
    .wide{grid-column:1/-1}
    figure{margin:0}figcaption{font-size:13px;color:var(--soft);margin:0 0 8px}
    svg{display:block;width:100%;height:auto;overflow:visible}
    svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:14px;
    max-width:560px}.panels p{font-size:12px;margin:4px 0 0;line-height:1.35}
    .square{max-width:300px}
    .grid-line{stroke:var(--line);stroke-width:1}.limit{stroke:var(--fail);stroke-width:1.2;
    stroke-dasharray:5 4}
    .curve{fill:none;stroke:var(--accent);stroke-width:2}.rmse{fill:none;stroke:var(--soft);
    stroke-width:1.4;stroke-dasharray:2 3}
    .dot{fill:var(--accent);stroke:var(--card);stroke-width:1.5}.dot.off{fill:var(--fail)}
    .none{fill:var(--none)}.band{fill:var(--band)}.global{fill:var(--global)}
    .veil{fill:var(--card);opacity:.8}.frame{fill:none;stroke:var(--line)}
    .e0{fill:var(--e0)}.e1{fill:var(--e1)}.e2{fill:var(--e2)}.e3{fill:var(--e3)}
    .e4{fill:var(--e4)}.e5{fill:var(--e5)}.e6{fill:var(--e6)}.e7{fill:var(--e7)}
    .ex{fill:var(--ex)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}
    .s4{fill:var(--s4)}.same{fill:var(--same)}.pad{fill:var(--soft)}
    .key{display:flex;flex-wrap:wrap;gap:4px 14px;font-size:12px;color:var(--soft);margin-top:8px}
    .key span{display:inline-flex;align-items:center;gap:5px;white-space:nowrap}
    .key svg{width:12px;height:12px;flex:none}
    dl{display:grid;grid-template-columns:minmax(120px,max-content) minmax(0,1fr);
    gap:3px 18px;margin:0;font-size:13px}dt{color:var(--soft)}
    dd{margin:0;overflow-wrap:anywhere}dt{overflow-wrap:anywhere}
    p,h1,code{overflow-wrap:anywhere}.facts{margin:10px 0 0;grid-template-columns:max-content
    minmax(0,1fr)}.narrow-only{display:none}
    footer{color:var(--soft);font-size:13px;margin-top:28px}
    @media(max-width:900px){th,th.n{white-space:normal}th,td{padding:7px 9px}}
    @media(max-width:720px){main{padding:20px 12px 40px}.grid{grid-template-columns:minmax(0,1fr)}
    .inside{padding:14px 13px}summary{padding:12px 13px}.wide-only{display:none}
    .narrow-only{display:block}td{overflow-wrap:anywhere}
    td code{white-space:normal}td .verdict{overflow-wrap:normal}.facts,.facts dd{margin-bottom:0}
    .facts{grid-template-columns:max-content minmax(0,1fr);gap:2px 14px}.n{white-space:normal}
    .verdict{min-width:0;padding:1px 7px}
    dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:7px}.square{max-width:none}}
    @media print{body{background:#fff}.card{break-inside:avoid}}
    """
}
