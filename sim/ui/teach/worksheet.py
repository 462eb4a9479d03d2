"""Paper for the classroom: a worksheet with its answers, and a page for the teacher, both made from the run."""

from __future__ import annotations

from markupsafe import Markup

from scenarios.quarters import FIRST, number
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.ui.shared import wording
from sim.ui.shared.frames import SEATS, View
from sim.ui.shared.setup import COUNTED
from sim.ui.shared.templates import render
from sim.ui.teach.claims import Claim, facts
from sim.ui.teach.claims_panel import Answer
from sim.ui.teach.decisions import decisions
from sim.ui.teach.futures import Future, Shown

_SHEET = "teach/paper.css"
NOT_A_FORECAST = "These are explorations of mechanisms, not forecasts; one future is one possible course of events."


def marks(s: Shown) -> list[int]:
    """Quarters that the class fills in: the edge of the data, and every second year end after it."""
    ends = [number(f"{year}-Q4") - FIRST for year in range(2028, s.judge.year, 2)]
    return [*dict.fromkeys(t for t in (s.edge, *ends, s.last) if t <= s.last)]


def sheet(s: Shown, key: str, view: View, claim: Claim, found: Answer) -> Markup:
    """The worksheet: a page to fill, and the answers on a page of their own."""
    f, unit = s.futures[key], s.judge.unit
    decided = min(s.edge + 2, s.last)
    which = f"future {f.member + 1:,} of {s.runs:,}" if f.member is not None else f"the medians of {s.runs:,} futures"
    return render(
        "teach/worksheet.html",
        sheet=_SHEET,
        title=f"Worksheet: {s.spec.title}",
        spec=s.spec,
        which=which,
        edge=s.quarter(s.edge),
        year=s.judge.year,
        unit=unit,
        outcomes=[LABELS[name] for name in CLASSES],
        rows=[_row(s, f, t) for t in marks(s)],
        ended=_row(s, f, s.last),
        decided=s.quarter(decided),
        decisions=[each for each in decisions(s, f, decided) if each.who in ("China", "Allies", "Transit hubs")],
        shares=wording.outcomes(view.counts),
        headline=wording.headline_of(view, COUNTED),
        middle=wording.middle(*view.lead_end, unit),
        claim=claim,
        says=found.says,
        facts=facts(claim.id),
        not_a_forecast=NOT_A_FORECAST,
        made=_made(s),
    )


def _row(s: Shown, f: Future, t: int) -> dict[str, str]:
    """What the class fills in for a quarter."""
    us, china = (f"{f.at(f'capability.{seat}', t):.0f}" for seat in SEATS)
    outcome = LABELS[CLASSES[int(f.codes[t])]]
    return {"quarter": s.quarter(t), "us": us, "china": china, "lead": wording.signed(f.at("lead", t)),
            "outcome": outcome}  # fmt: skip


PLAN = (
    ("0 to 5", "Ask what an export control is, and what it cannot reach (ideas, people, chips already sold). Write two "
               "words on the board: unipolar, one bloc well ahead; bipolar, two blocs close together."),
    ("5 to 15", "Play the record from 2022 to the last quarter of data. Pause when a rule takes effect, and ask who "
                "reacts and how. Hand out the worksheet."),
    ("15 to 20", "Predict: all students write down an outcome and a lead before you enter one. Enter the median as the "
                 "guess of the class."),
    ("20 to 30", "Reveal, then play on. In two quarters, read one decision of each actor: what did it look at? Then "
                 "play a unipolar and a bipolar future under the same policy: what differs, and what is luck?"),
    ("30 to 40", "Discuss one claim of January 2025 in pairs: one argues what follows if it holds, the other if not. "
                 "Then open it."),
    ("40 to 45", "Each student writes one sentence: what would change my mind?"),
)  # fmt: skip
ASK = (
    "Whose decision is it? Name the actor before you name the effect.",
    "Is that the policy, or luck? Play another future under the same policy.",
    "Which number here is recorded, and which is simulated?",
    "If you wanted the other outcome, what would you change first, and who would have to decide that?",
)
MISTAKES = (
    "“The screen shows the future.” It shows one future, or the median of many; the counts of all futures are "
    "below the reveal.",
    "“14 of 100 means no.” It means that 14 of 100 simulated futures end this way, if the model is right.",
    "“The range is the uncertainty.” It covers luck and unknown inputs, not the chance that the model is wrong.",
    "“A longer lead means more safety.” The lead is a distance; safety is a separate index with its own rule.",
    "“The actors plan ahead.” They do not: each sees information from last quarter and follows a stated rule.",
)
SILENT = (
    "It has no armed forces, no war and no elections.",
    "It says nothing about single firms, and none of its dates predicts an event.",
    "Its governance indices are formulas, not estimates of harm.",
    "It does not say how people outside the two powers fare.",
)


def guide(s: Shown, key: str, view: View) -> Markup:
    """One page for the teacher: a lesson, questions, common misunderstandings, and what the model does not say."""
    f, ended = s.futures[key], _row(s, s.futures[key], s.last)
    return render(
        "teach/guide.html",
        sheet=_SHEET,
        title=f"For the teacher: {s.spec.title}",
        spec=s.spec,
        which=f"future {f.member + 1:,}" if f.member is not None else "the medians of all futures",
        outcome=ended["outcome"],
        lead=ended["lead"],
        unit=s.judge.unit,
        shares=wording.outcomes(view.counts),
        middle=wording.middle(*view.lead_end, s.judge.unit),
        plan=PLAN,
        ask=ASK,
        mistakes=MISTAKES,
        silent=SILENT,
        made=_made(s),
    )


def _made(s: Shown) -> str:
    import sim
    from sim.ui.shared.common import SEED

    return (
        f"Polarity {sim.__version__}, scenario {s.spec.digest()}, {s.runs:,} futures, seed {SEED}, calibration "
        f"{s.spec.calibration}. {NOT_A_FORECAST}"
    )
