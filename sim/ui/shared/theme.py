"""Looks: the style sheet, and the pieces of HTML that Streamlit has no widget for."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.ui.shared import charts, wording

FILL = {"us_ahead": "#2A68CF", "two_power": "#667080", "several": "#1D7F70", "china_ahead": "#C6470F"}
"""Segments of the outcome bar: dark enough for white text in both themes."""
INK = {name: charts.themed(colour) for name, colour in charts.OUTCOME.items()}

QUIET = 0.05
"""Parts below it would be shown as zero."""

_CSS = (
    """
.skip a{position:absolute;left:-9999px}
.skip a:focus{position:fixed;left:1rem;top:.5rem;z-index:999999;padding:.5rem .9rem;border-radius:.4rem;
 background:#234E9E;color:#fff;outline:3px solid light-dark(#1A1F28,#fff)}
h1.say{font-family:"Source Serif","Source Serif 4",Georgia,serif!important;padding:0!important;
 margin:0 0 .3rem!important;font-size:1.8rem!important;line-height:1.2!important;
 font-weight:600!important;letter-spacing:-.012em!important;text-wrap:balance}
.sub{margin:0 0 .15rem;font-size:.95rem;line-height:1.42;max-width:66ch;opacity:.86}
.fine{margin:.1rem 0 0;font-size:.82rem;line-height:1.38;opacity:.78;max-width:88ch}
.story{margin:0;font-size:.95rem;line-height:1.4}.story b{font-weight:600}
.ignored{margin:.2rem 0;padding:.5rem .8rem;border-left:4px solid light-dark(#C2450E,#F3814B);font-size:.9rem;
 background:color-mix(in srgb,currentColor 6%,transparent);overflow-wrap:anywhere}
.ignored p{margin:0;font-weight:600}.ignored ul{margin:.15rem 0 0;padding-left:1.2rem}
.bar{display:flex;gap:2px;height:36px;border-radius:5px;overflow:hidden}
.bar.thin{height:9px;margin-top:3px;opacity:.62}
.bar i{display:block;min-width:0;overflow:hidden;white-space:nowrap;font-style:normal;font-size:.86rem;
 font-weight:600;line-height:36px;color:#fff;transition:flex-grow .35s ease}
.bar i[style^="flex:0 "]{margin-right:-2px}
.bar i{container-type:inline-size}.bar u{text-decoration:none;padding-left:.6rem}
@container (max-width:120px){.bar u{display:none}}
.cap{font-size:.8rem;line-height:1.3;opacity:.8;margin-bottom:.35rem}
.key{display:grid;grid-template-columns:repeat(4,auto);justify-content:space-between;gap:.1rem 1rem;
 margin:.5rem 0 0;font-variant-numeric:tabular-nums;font-size:.88rem;line-height:1.18}
.key>span{display:block;padding-left:.6rem;border-left:4px solid var(--c);min-height:3.35em}
.key b{font-weight:600;font-size:1.3rem;display:block}
.key em{font-style:normal;font-size:.8rem;opacity:.8;display:block}
h2.h{font-family:"Source Sans","Source Sans Pro",sans-serif!important;letter-spacing:0!important;
 font-weight:600!important;font-size:1.05rem!important;line-height:1.25!important;margin:0!important;
 border-top:2px solid currentColor;padding:.4rem 0 0!important;text-wrap:balance}
.d{font-size:.86rem;opacity:.8;margin:.08rem 0 0;line-height:1.32}
h2.g{font-family:"Source Sans","Source Sans Pro",sans-serif!important;padding:0!important;
 margin:.2rem 0 -.2rem!important;
 font-size:.76rem!important;letter-spacing:.07em!important;text-transform:uppercase;opacity:.8;
 font-weight:600!important}
.st-key-charts [class*=st-key-chart_] .d{min-height:2.64em}
.swatches{font-size:.84rem;display:flex;gap:.1rem .9rem;flex-wrap:wrap;line-height:1.4}
.swatches i{display:inline-block;width:.74em;height:.74em;border-radius:2px;margin-right:.38em}
ol.rules{list-style:none!important;margin:.55rem 0 .2rem!important;padding:0!important;display:grid;
 grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.8rem 1rem;font-size:.88rem;line-height:1.3}
ol.rules li{margin:0!important;border-top:3px solid var(--k);padding-top:.3rem}
ol.rules b{display:block;font-weight:600;font-variant-numeric:tabular-nums}
ol.rules small{display:block;font-size:.78rem;opacity:.82}
table.all{border-collapse:collapse;font-size:.85rem;line-height:1.35;width:100%}
table.all th,table.all td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;
 border-bottom:1px solid color-mix(in srgb,currentColor 16%,transparent)}
table.all td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}
ul.work{list-style:none!important;margin:.3rem 0!important;padding:0!important;font-size:.9rem;max-width:46rem}
ul.work li{display:grid;grid-template-columns:minmax(0,1fr) 34% 2.9rem;gap:.6rem;align-items:center;
 margin:.15rem 0!important}
ul.work b{text-align:right;font-variant-numeric:tabular-nums}
ul.work i{display:block;position:relative;height:10px;
 background:linear-gradient(currentColor,currentColor) 50%/1px 100% no-repeat}
ul.work u{position:absolute;top:0;height:10px;border-radius:2px}
p.total{margin:.1rem 0 0;font-size:.9rem;max-width:46rem;display:flex;justify-content:space-between;
 border-top:1px solid color-mix(in srgb,currentColor 25%,transparent);padding-top:.25rem}
p.total b{font-variant-numeric:tabular-nums}
p.event{margin:.1rem 0;font-size:.88rem;line-height:1.32}p.event small{opacity:.78}
.badge{margin:.25rem 0 0;padding:.4rem .75rem;border-left:4px solid light-dark(#8A5BB5,#BE97E3);font-size:.9rem;
 background:color-mix(in srgb,currentColor 5%,transparent)}
.scroll{overflow-x:auto}
[data-testid=stMultiSelect] button{min-width:24px;min-height:24px}
[data-testid=stIconMaterial]{color:inherit!important}
[data-testid=stBaseButton-primary] p,[data-testid=stBaseButton-primary] [data-testid=stIconMaterial],
[data-testid=stMultiSelect] span[title],
[data-testid=stMultiSelect] button[aria-label^=Remove]{color:light-dark(#fff,#0B1320)!important}
#results{scroll-margin-top:4.5rem}#results:focus{outline:none}
div:has(>.st-key-mini){display:none}
.st-key-scenario{margin-bottom:-.4rem}
.st-key-scenario button{padding:.1rem .68rem;min-height:30px;font-size:.86rem}
.st-key-levers button{min-width:24px;min-height:24px}
.st-key-levers [data-testid=stSlider]{padding-bottom:.1rem}
div:has(>.st-key-said_entries){position:absolute;width:1px}
[class*=st-key-said]{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[class*="st-key-chart_"] svg .mark-text.role-mark text{font-family:"Source Sans",sans-serif}
[data-test-script-state=running] .st-key-verdict::before{content:"";position:absolute;
 top:-10px;left:0;height:2px;width:100%;background:
 linear-gradient(90deg,transparent,#5B8FEA,transparent) 0 0/40% 100% no-repeat;opacity:0;
 animation:busy 1.1s linear .3s infinite}
.st-key-verdict{position:relative}
@keyframes busy{from{opacity:1;background-position:-60% 0}to{opacity:1;background-position:160% 0}}
@media (max-width:1000px){
 .st-key-scenario [data-testid=stButtonGroup]>div,.st-key-scenario [role=radiogroup]{
  flex-wrap:nowrap!important;overflow-x:auto;scrollbar-width:thin;padding-bottom:.3rem}
 .st-key-scenario button{flex:none}
 .st-key-charts [data-testid=stColumn]{min-width:100%!important}
 .st-key-charts [class*=st-key-chart_] .d{min-height:0}
 .st-key-tools>div:first-child{flex-basis:100%!important}
}
@media (max-width:640px){
 .st-key-verdict [data-testid=stColumn]:has(.figure){display:none}
 div:has(>.st-key-mini){display:block;position:sticky;top:3.4rem;z-index:30}
 .mini{background:light-dark(#FBFAF7,#11151B);margin:0 -1rem;padding:.4rem 1rem .45rem;
  border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent)}
 .mini .bar{height:14px}.mini p{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .5rem;
  margin:.25rem 0 0;font-size:.8rem;font-variant-numeric:tabular-nums}
 .mini small{opacity:.85}
 h1.say{font-size:1.32rem!important}.sub{font-size:.9rem}
 ol.rules{grid-template-columns:1fr 1fr}
}
@media (prefers-reduced-motion:reduce){.bar i{transition:none}
 .st-key-verdict::before{animation:none!important}}
.paper{display:none}
@media print{
 .st-key-levers,.st-key-scenario,div:has(>.st-key-mini),.skip,[data-testid=stButton],[data-testid=stDownloadButton],
 [data-testid=stPopover],[data-testid=stFileUploader],[data-testid=stElementToolbar],[data-testid=stDataFrame],
 [data-testid=stHeader]{display:none!important}
 .paper{display:block}
 html,body,#root,[data-testid=stApp]{color-scheme:light!important;background:#fff!important;color:#1A1F28!important}
 [data-testid=stMain] *{print-color-adjust:exact}
 [data-testid=stMain] :not([data-testid=stHtml] *){color:inherit!important;background-color:transparent!important;
  -webkit-text-fill-color:currentColor}
 [data-testid=stMain] [data-testid=stMultiSelect] :is(span[title],button[aria-label]){color:inherit!important}
}
"""
    + "".join(f".o-{name}{{background:{colour}}}" for name, colour in FILL.items())
    + charts.recolour(".st-key-charts")
)

_said = st.components.v2.component(
    "polarity_said",
    html='<div role="status" aria-live="polite"></div>',
    js="""export default ({ parentElement, data }) => {
  const place = parentElement.querySelector("[role=status]");
  if (place.textContent !== data.text) place.textContent = data.text;
}""",
    isolate_styles=False,
)


def style() -> None:
    """The style sheet, and the link that leads past the levers."""
    st.html(f"<style>{_CSS}</style>")
    st.html('<div class="skip"><a href="#results">Skip to the results</a></div>')


def say(text: str, key: str = "said") -> None:
    """Have a screen reader read a changed verdict; the node stays, since a new one would not be heard."""
    with st.container(key=key):
        _said(data={"text": text}, key=f"{key}_text")


def heading(title: str, unit: str) -> str:
    """A chart's title, which is its message, and the line with its unit."""
    return f'<h2 class="h">{escape(title)}</h2><p class="d">{escape(unit)}</p>'


def group(name: str) -> str:
    """A heading over the levers of one decider."""
    return f'<h2 class="g">{escape(name)}</h2>'


def _segments(counts: Mapping[str, int], named: bool) -> str:
    names = {name: f"<u>{escape(LABELS[name])}</u>" if named else "" for name in CLASSES}
    return "".join(f'<i class="o-{name}" style="flex:{counts[name]} 1 0">{names[name]}</i>' for name in CLASSES)


def bar(mine: Mapping[str, int], base: Mapping[str, int], caption: str, reference: str) -> str:
    """The outcome bar, thick over the thin one of the reference, with key and changes."""
    key = "".join(
        f'<span style="--c:{INK[name]}"><b>{mine[name]}</b>{escape(LABELS[name])}'
        f"<em>{wording.change(mine[name], base[name])}</em></span>"
        for name in CLASSES
    )
    spoken = f"Out of 100 futures: {wording.outcomes(mine)}. Under {reference}: {wording.outcomes(base)}."
    return (
        f'<div class="figure"><div class="cap">{escape(caption)}</div>'
        f'<div role="img" aria-label="{escape(spoken)}"><div class="bar">{_segments(mine, True)}</div>'
        f'<div class="bar thin">{_segments(base, False)}</div></div><div class="key">{key}</div></div>'
    )


def mini(mine: Mapping[str, int], base: Mapping[str, int]) -> str:
    """The outcome bar for phones, which stays in sight while levers move."""
    key = "".join(
        f'<span><span style="color:{INK[name]}" aria-hidden="true">■</span> <b>{mine[name]}</b> '
        f"{escape(wording.SHORT[name])} <small>{wording.change(mine[name], base[name])}</small></span>"
        for name in CLASSES
    )
    bar = f'<div class="bar" aria-hidden="true">{_segments(mine, False)}</div>'
    return f'<div class="mini">{bar}<p>{key}</p></div>'


def work(parts: list[tuple[str, float]]) -> str:
    """Bars of what each change adds; the ones that hardly matter are named below, with their sum."""
    seen = sorted((part for part in parts if abs(part[1]) >= QUIET), key=lambda part: -abs(part[1]))
    quiet = [part for part in parts if abs(part[1]) < QUIET]
    longest = max([abs(size) for _, size in seen], default=1.0)
    rows = "".join(
        f"<li><span>{escape(label)}</span>"
        f'<i aria-hidden="true"><u style="{side(size, longest)}"></u></i><b>{wording.exactly(size)}</b></li>'
        for label, size in seen
    )
    small = ""
    if quiet:
        names = escape(wording.listed([label for label, _ in quiet]))
        some = "Less than a twentieth" if len(quiet) == 1 else "Less than a twentieth each"
        small = f'<p class="d">{some}: {names} ({wording.exactly(sum(size for _, size in quiet))}).</p>'
    return f'<ul class="work">{rows}</ul>{small}'


def side(months: float, longest: float) -> str:
    """Where the bar of a difference lies in its track: to the right for the United States, to the left for China."""
    width = 50 * abs(months) / longest
    colour = charts.themed(charts.US if months > 0 else charts.CHINA)
    return f"left:{50 if months > 0 else 50 - width:.1f}%;width:{width:.1f}%;background:{colour}"


def swatches(labels: Mapping[str, str], colours: Mapping[str, str]) -> str:
    """A key of colours above a chart."""
    items = "".join(
        f'<span><i style="background:{charts.themed(colours[name])}"></i>{escape(label)}</span>'
        for name, label in labels.items()
    )
    return f'<div class="swatches">{items}</div>'


def ignored(notes: list[str], head: str = "Part of the address was not used:") -> str:
    """What was not used, of the address by default; the text comes from a stranger and is escaped."""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f'<div class="ignored" role="alert"><p>{escape(head)}</p><ul>{items}</ul></div>'
