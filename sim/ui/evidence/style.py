"""The Evidence page's style sheet, on top of the one that all pages share."""

from __future__ import annotations

import streamlit as st

from sim.ui.shared import charts

GOOD, BAD = (charts.themed(colour) for colour in (charts.SEVERAL, charts.CHINA))
_OURS, _GREY = charts.themed(charts.US), charts.themed(charts.MUTED)
_CSS = (
    f"""
.st-key-evidence{{--good:{GOOD};--bad:{BAD};--ours:{_OURS};--grey:{_GREY};
 --line:color-mix(in srgb,currentColor 16%,transparent)}}
"""
    """
.st-key-evidence{gap:1.1rem}
h2.part{font-family:"Source Serif","Source Serif 4",Georgia,serif!important;font-weight:600!important;
 font-size:1.38rem!important;line-height:1.2!important;letter-spacing:-.008em!important;
 margin:1.1rem 0 0!important;padding:0!important;text-wrap:balance}
h3.h{font-family:"Source Sans","Source Sans Pro",sans-serif!important;letter-spacing:0!important;
 font-weight:600!important;font-size:1.05rem!important;line-height:1.25!important;margin:0!important;
 border-top:2px solid currentColor;padding:.4rem 0 0!important;text-wrap:balance}
.lead{margin:.2rem 0 0;font-size:.95rem;line-height:1.42;max-width:74ch;opacity:.86}
.tiles{display:grid;grid-template-columns:auto 1fr auto;grid-auto-flow:row dense;
 gap:.3rem .9rem;align-items:center;font-size:.86rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{grid-column:1;white-space:nowrap}.tiles b{grid-column:3;font-weight:600;text-align:right}
.tiles p{grid-column:2;margin:0;display:flex;flex-wrap:wrap;gap:3px;min-height:14px}
.tiles i,.tilekey i{box-sizing:border-box;width:14px;height:14px;border-radius:2px;display:block;
 border:1.5px solid var(--good)}
i.t50{background:var(--good)}
i.t90{background:color-mix(in srgb,var(--good) 30%,transparent)}
.tiles i.out,.tilekey i.out{border-color:var(--bad);background:
 linear-gradient(45deg,transparent 43%,var(--bad) 43% 57%,transparent 57%),
 linear-gradient(-45deg,transparent 43%,var(--bad) 43% 57%,transparent 57%)}
.tilekey{display:flex;flex-wrap:wrap;gap:.1rem .95rem;font-size:.82rem;line-height:1.4;margin:.55rem 0 0}
.tilekey span{display:flex;align-items:center;gap:.4em}
.marks{display:flex;flex-wrap:wrap;gap:.15rem .85rem;font-size:.84rem;line-height:1.45;margin:.1rem 0 .2rem}
.marks span{display:flex;align-items:center;gap:.4em}
.marks i{flex:none;display:block;box-sizing:border-box;width:10px;height:10px}
i.m-known{border:1.6px solid currentColor;border-radius:50%}i.m-later{background:currentColor;border-radius:50%}
i.m-off{background:linear-gradient(45deg,transparent 36%,currentColor 36% 64%,transparent 64%),
 linear-gradient(-45deg,transparent 36%,currentColor 36% 64%,transparent 64%)}
.marks i.m-mid{width:18px;height:0;border-top:2px dashed currentColor}
.marks i.m-band{width:18px;height:12px;opacity:.32;background:linear-gradient(currentColor,currentColor) 50%/100% 50%
 no-repeat,color-mix(in srgb,currentColor 45%,transparent)}
.marks i.m-dot{width:5px;height:5px;border-radius:50%;background:currentColor}
.keys{min-height:4.1rem}
table.data{border-collapse:collapse;width:100%;font-size:.86rem;line-height:1.35;
 font-variant-numeric:tabular-nums}
table.data th,table.data td{text-align:left;vertical-align:top;padding:.38rem .8rem .38rem 0;
 border-bottom:1px solid var(--line)}
table.data th{font-weight:600;font-size:.8rem;opacity:.82}
table.data .n{text-align:right;white-space:nowrap}
table.data b{font-weight:600}
table.data small{display:block;font-size:.8rem;opacity:.82}
table.data tr.sum td{border-bottom:0;border-top:1px solid currentColor}
.flag{display:inline-block;font-size:.78rem;font-weight:600;line-height:1.3;padding:0 .4em;border-radius:3px;
 border:1px solid var(--k);color:var(--k);white-space:nowrap}
ul.miss{list-style:none!important;margin:.5rem 0 0!important;padding:0!important;display:grid;
 grid-template-columns:repeat(auto-fill,minmax(min(24rem,100%),1fr));gap:.7rem 2rem;font-size:.9rem;line-height:1.38}
ul.miss li{margin:0!important;padding-left:.7rem;border-left:4px solid var(--bad)}
ul.miss b{display:block;font-weight:600}
ul.knows{list-style:none!important;margin:.4rem 0 0!important;padding:0!important;font-size:.88rem;line-height:1.3}
ul.knows li{display:grid;grid-template-columns:minmax(0,17rem) minmax(7rem,1fr) 15.5rem;gap:.2rem 1rem;
 align-items:center;margin:0!important;padding:.26rem 0;border-bottom:1px solid var(--line)}
ul.knows small{display:block;font-size:.78rem;opacity:.8}
ul.knows em{font-style:normal;font-size:.82rem;font-variant-numeric:tabular-nums}
ul.knows i{display:block;position:relative;height:22px}
ul.knows u{position:absolute;border-radius:3px}
ul.knows u.p{height:8px;top:1px;background:color-mix(in srgb,var(--grey) 55%,transparent)}
ul.knows u.q{height:8px;top:12px;background:var(--ours)}
ul.knows u.m{width:3px;height:12px;margin-left:-1.5px;border-radius:1px;background:currentColor}
ul.knows u.m.p{top:-1px;background:currentColor}ul.knows u.m.q{top:10px;background:currentColor}
.topics{columns:2;column-gap:2rem;margin:.4rem 0 0}
.topics details{break-inside:avoid;border-bottom:1px solid var(--line);font-size:.9rem}
.topics summary{cursor:pointer;min-height:24px;padding:.42rem 0;line-height:1.3}
.topics summary small{display:block;font-size:.82rem;opacity:.82;padding-left:1.05rem}
.topics ul{list-style:none!important;margin:0 0 .6rem 1.05rem!important;padding:0!important}
.topics li{margin:.35rem 0!important;padding-left:.6rem;border-left:3px solid var(--line);font-size:.86rem;
 line-height:1.35;overflow-wrap:anywhere}
.topics li.used{border-color:var(--good)}
.topics li b{font-weight:600;font-variant-numeric:tabular-nums}
.topics li small{display:block;font-size:.79rem;opacity:.82}
ul.plain{margin:.3rem 0 0!important;padding-left:1.1rem!important;font-size:.88rem;line-height:1.4;max-width:88ch}
ul.plain li{margin:.15rem 0!important;break-inside:avoid}
ul.plain.two{columns:2;column-gap:2.5rem;max-width:none}
.st-key-evidence .tall{max-height:30rem;overflow:auto}
.st-key-evidence button{min-height:24px;min-width:24px}
.st-key-evidence .d code,.st-key-evidence .lead code{font-size:.92em}
@media (max-width:1000px){
 .st-key-evidence [data-testid=stColumn]{min-width:100%!important}
 .topics,ul.plain.two{columns:1}
 .keys{min-height:0}
 ul.knows li{grid-template-columns:minmax(0,14rem) minmax(6rem,1fr)}ul.knows em{grid-column:1/-1}
}
@media (max-width:640px){
 h2.part{font-size:1.2rem!important}
 .tiles{grid-template-columns:1fr auto}.tiles p{grid-column:1/-1;margin-bottom:.3rem}.tiles b{grid-column:2}
 ul.knows li{grid-template-columns:1fr}
 table.cards,table.cards tbody,table.cards tr,table.cards td{display:block}
 table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
 table.cards tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
 table.cards td,table.cards tr.sum td{border:0;padding:.06rem 0}
 table.cards td.n{display:flex;justify-content:space-between;text-align:right;white-space:normal;gap:1rem}
 table.cards td[data-l]:not(.n)::before{content:attr(data-l) ": ";opacity:.75}
 table.cards td.n::before{content:attr(data-l);opacity:.75;text-align:left}
 table.cards td:empty{display:none}
}
@media print{.st-key-evidence [data-testid=stExpander]{break-inside:avoid}}
""" + charts.recolour(".st-key-evidence")
)


def style() -> None:
    """Add the style sheet."""
    st.html(f"<style>{_CSS}</style>")
