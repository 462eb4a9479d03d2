"""Paper for the classroom: a worksheet with its answers, and a page for the teacher, both made from the run."""

from __future__ import annotations

from html import escape

from scenarios.quarters import FIRST, number
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.wording import headline
from sim.ui.shared import wording
from sim.ui.shared.frames import SEATS, View
from sim.ui.teach.claims import Claim, facts
from sim.ui.teach.claims_panel import Answer
from sim.ui.teach.decisions import decisions
from sim.ui.teach.futures import Future, Shown

_CSS = """
@page{size:A4;margin:11mm 14mm}
body{font:10pt/1.35 "Source Sans 3","Source Sans Pro",Calibri,Arial,sans-serif;color:#1A1F28;background:#fff;
 max-width:182mm;margin:6mm auto;padding:0 4mm}
@media print{body{margin:0 auto}}
h1{font:600 18pt/1.2 "Source Serif 4",Georgia,serif;margin:.1em 0 .3em}
h2{font-size:10.5pt;margin:.75em 0 .2em;border-top:1.5pt solid #1A1F28;padding-top:.25em}
p{margin:.3em 0}.fine{font-size:8.5pt;color:#4B5563}.eye{font-size:9pt;color:#4B5563;display:flex;gap:8mm}
.eye span{flex:1;border-bottom:.5pt solid #1A1F28}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin:.3em 0}
td,th{text-align:left;padding:.3em .5em;border:.5pt solid #9AA5B4;vertical-align:top}
table.blank td{height:5.5mm;padding:.05em .5em;vertical-align:middle}
table.blank td:last-child{width:26%}ol,ul{margin:.3em 0;padding-left:1.4em}li{margin:.25em 0}
.line{border-bottom:.5pt solid #9AA5B4;height:7mm}.box{display:inline-block;width:9pt;height:9pt;
 border:1pt solid #1A1F28;margin:0 .4em -1pt .9em}
.answers{break-before:page;font-size:9pt;line-height:1.32}.answers td,.answers th{padding:.15em .5em}
.answers li{margin:.12em 0}.answers .fine{font-size:7.5pt}
"""
NOT_A_FORECAST = (
    "These are explorations of mechanisms, not forecasts; one future is one way in which things can hang together."
)


def marks(s: Shown) -> list[int]:
    """Quarters that the class fills in: the edge of the data, and every second year end after it."""
    ends = [number(f"{year}-Q4") - FIRST for year in range(2028, s.judge.year, 2)]
    return [*dict.fromkeys(t for t in (s.edge, *ends, s.last) if t <= s.last)]


def sheet(s: Shown, key: str, view: View, claim: Claim, found: Answer) -> str:
    """The worksheet: a page to fill, and the answers on a page of their own."""
    f, unit, year = s.futures[key], s.judge.unit, s.judge.year
    which = f"future number {f.member} of {s.runs:,}" if f.member is not None else f"the medians of {s.runs:,} futures"
    boxes = "".join(f'<span class="box"></span>{escape(LABELS[name])}' for name in CLASSES)
    blank = "".join(f"<tr><td>End of {s.quarter(t)}</td><td></td><td></td><td></td><td></td></tr>" for t in marks(s))
    heads = f"<tr><th>When</th><th>US index</th><th>China's index</th><th>US lead, {unit}</th><th>Class</th></tr>"
    questions = (
        f"<h2>1. Predict, before the years after {s.quarter(s.edge)} are played</h2>"
        f"<p>At the end of {year} I expect:{boxes}</p>"
        f"<p>US lead at the end of {year}: ______ {unit} (below zero: China leads). My reason:</p>{_lines(1)}"
        f'<h2>2. Fill in while it plays</h2><table class="blank">{heads}{blank}</table>'
        "<h2>3. One decision</h2><p>Pick a quarter. Who decided what, and what did they look at when they did?</p>"
        f"{_lines(2)}<h2>4. Revealed</h2><p>This future ended as: ____________________ with ______ {unit}. Of 100 "
        "futures of the same policy, how many end with the US well ahead? ______ In a two-power race? ______</p>"
        f"<p>Why is one future not a forecast?</p>{_lines(1)}"
        f"<h2>5. A claim of January 2025</h2><p><b>{claim.id}. {escape(claim.title)}.</b> {escape(claim.says)}</p>"
        f"<p>What do you expect to follow if it holds, and if not?</p>{_lines(2)}"
        f"<p>What has been recorded since that speaks for it or against it?</p>{_lines(1)}"
        "<h2>6. What would you change?</h2><p>One decision of one actor, and what you expect it to do to the lead.</p>"
        f"{_lines(1)}"
    )
    return _page(
        f"Worksheet: {s.spec.title}",
        '<p class="eye">Name<span></span>Class<span></span>Date<span></span></p>'
        f"<h1>One power or two? {escape(s.spec.title)}</h1><p>{escape(s.spec.story)} Played: {which}. "
        f'{NOT_A_FORECAST}</p>{questions}<div class="answers">{_answers(s, f, view, claim, found)}</div>',
        _made(s),
    )


def _answers(s: Shown, f: Future, view: View, claim: Claim, found: Answer) -> str:
    unit = s.judge.unit
    rows = "".join(
        f"<tr><td>End of {s.quarter(t)}</td>"
        + "".join(f"<td>{f.at(f'capability.{seat}', t):.0f}</td>" for seat in SEATS)
        + f"<td>{wording.signed(f.at('lead', t))}</td><td>{LABELS[CLASSES[int(f.codes[t])]]}</td></tr>"
        for t in marks(s)
    )
    some = decisions(s, f, min(s.edge + 2, s.last))
    told = "".join(
        f"<li><b>{escape(d.who)}.</b> {escape(d.what)}: {escape(d.now)}. {escape(d.why)}</li>"
        for d in some if d.who in ("China", "Allies", "Hubs")
    )  # fmt: skip
    says = "".join(f"<li><b>{escape(word)}.</b> {escape(text)}</li>" for word, text in found.says)
    since = "".join(f"<li>{escape(text)} <i>{escape(source)}</i></li>" for text, source in facts(claim.id))
    ended = f"{LABELS[CLASSES[int(f.codes[s.last])]]}, with {wording.signed(f.at('lead', s.last))} {unit}"
    return (
        f"<h1>Answers</h1><h2>2. The table</h2><table><tr><th>When</th><th>US index</th><th>China's index</th>"
        f"<th>US lead, {unit}</th><th>Class</th></tr>{rows}</table>"
        f"<h2>3. Decisions in {s.quarter(min(s.edge + 2, s.last))}</h2><ul>{told}</ul>"
        f"<h2>4. Out of 100 futures of the same policy</h2><p>This one ended as {ended}. "
        f"{escape(wording.outcomes(view.counts))}. "
        f"{escape(headline(view.counts, view.year))} {escape(wording.middle(*view.lead_end, unit))}</p>"
        f"<h2>5. {claim.id}</h2><ul>{says}</ul><p><b>Recorded since.</b></p>"
        + (f"<ul class=fine>{since}</ul>" if since else "<p>Nothing in the project's tables decides it.</p>")
    )


def _lines(count: int) -> str:
    return '<div class="line"></div>' * count


PLAN = (
    ("0 to 5", "Ask what an export control is, and what it does not touch (ideas, people, what is already there). Put "
               "the two words on the board: unipolar, one bloc well ahead; bipolar, two close together."),
    ("5 to 15", "Play the sealed future from its first quarter to the end of the data. Stop where a rule came in, and "
                "ask who reacts and how. Hand out the worksheet."),
    ("15 to 20", "Predict: everybody writes an outcome and a lead before it is entered. Take the middle of the class "
                 "as its guess."),
    ("20 to 30", "Reveal, then play on. At two quarters read one decision of each actor: what did it look at? Then "
                 "play a unipolar and a bipolar future of the same policy: what differs, and what is luck?"),
    ("30 to 40", "One claim of January 2025, in pairs: half argue what follows if it holds, half if not; then open "
                 "it."),
    ("40 to 45", "Each writes one sentence: what would change my mind?"),
)  # fmt: skip
ASK = (
    "Whose decision is it? Name the actor before you name the effect.",
    "Is that the policy, or the dice? Play another draw of the same policy.",
    "Which number here is recorded, and which is simulated?",
    "If you wanted the other outcome, what would you change first, and who would have to decide it?",
)
MISTAKES = (
    "“The screen shows what happens.” It shows one future, or the middle of many; the odds of all stand below the "
    "reveal.",
    "“14 in 100 means no.” It means that 14 of 100 such futures end so, if the model is right.",
    "“The range is the uncertainty.” It covers luck and unknown inputs, not the chance that the model is wrong.",
    "“More months of lead, more safety.” The lead is a distance; safety is another index with another rule.",
    "“The actors plan ahead.” They do not: each sees last quarter's picture and follows a stated rule.",
)
SILENT = (
    "It has no armed forces, no war and no elections; nobody in it is persuaded.",
    "It says nothing about single firms, and no date in it is a prediction of an event.",
    "Governance indices are formulas, not estimates of harm.",
    "How people outside the two powers fare is not in it.",
)


def guide(s: Shown, key: str, view: View) -> str:
    """One page for the teacher: a lesson, what to ask, what goes wrong, and what the model does not say."""
    f = s.futures[key]
    which = f"future number {f.member}" if f.member is not None else "the medians of all futures"
    plan = "".join(f"<tr><td>{when}</td><td>{escape(what)}</td></tr>" for when, what in PLAN)
    return _page(
        f"For the teacher: {s.spec.title}",
        f"<h1>For the teacher: a lesson of 45 minutes</h1><p><b>{escape(s.spec.title)}.</b> {escape(s.spec.story)} "
        f"The worksheet belongs to {which}, which ends as {LABELS[CLASSES[int(f.codes[s.last])]]} with "
        f"{wording.signed(f.at('lead', s.last))} {s.judge.unit}. Out of 100 futures: "
        f"{escape(wording.outcomes(view.counts))}. "
        f"{escape(wording.middle(*view.lead_end, s.judge.unit))}</p>"
        f"<h2>Plan</h2><table><tr><th>Minutes</th><th>What</th></tr>{plan}</table>"
        f"<h2>Ask</h2><ul>{_items(ASK)}</ul><h2>Common misunderstandings</h2><ul>{_items(MISTAKES)}</ul>"
        f"<h2>What the model does not say</h2><ul>{_items(SILENT)}</ul>",
        _made(s),
    )  # fmt: skip


def _items(texts: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)


def _made(s: Shown) -> str:
    import sim
    from sim.ui.shared.common import SEED

    return (
        f"Polarity {sim.__version__}, scenario {s.spec.digest()}, {s.runs:,} futures, seed {SEED}, calibration "
        f"{s.spec.calibration}. {NOT_A_FORECAST}"
    )


def _page(title: str, body: str, made: str) -> str:
    """A page that stands alone: no script, no picture, no address that it would fetch."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}: Polarity</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_CSS}</style>{body}'
        f'<p class="fine">{escape(made)}</p></html>'
    )
