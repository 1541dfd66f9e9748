"""The frame of the report's page: its style, and where the rest goes."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #22262b; --faint: #6b727a; --paper: #fff; --line: #e3e6e9;
  --bar: #3d7ea6; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8eaed; --faint: #9aa1a9; --paper: #17191c;
  --line: #33383d; --bar: #5b9fc9; }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
small, .legend, figcaption {{ color: var(--faint); }}
.figures {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px;
  background: var(--line); border: 1px solid var(--line); }}
.figures div {{ background: var(--paper); padding: .8rem 1rem; }}
.figures b {{ display: block; font-size: 1.4rem; }} .figures span {{ color: var(--faint); }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }}
td:first-child, th + td {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
.bar {{ width: 30%; }} .bar i {{ display: block; height: .7rem; margin-top: .4rem; background: var(--bar); }}
.stages {{ display: flex; height: 1rem; }}
.legend {{ display: flex; gap: 1.2rem; list-style: none; padding: 0; }}
.legend i {{ display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; }}
.stage0 {{ background: #9aa1a9; }} .stage1 {{ background: #3d7ea6; }} .stage2 {{ background: #e08d3c; }}
.stage3 {{ background: #5aa469; }}
svg {{ width: 100%; height: auto; margin-top: 1rem; }} rect {{ fill: var(--bar); }}
svg text {{ font-size: 11px; fill: var(--faint); text-anchor: middle; }}
.sheet {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 1rem; }}
figure {{ margin: 0; }} figure img {{ width: 100%; aspect-ratio: 16 / 10; object-fit: contain;
  display: block; background: var(--line); }}
figcaption {{ font-size: .8rem; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
