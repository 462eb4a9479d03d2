"""Paper for the classroom: a worksheet without answers, the answers, and a page for the teacher, made from the run."""

from __future__ import annotations

from markupsafe import Markup

from scenarios import load
from scenarios.lessons import WHEN, Lesson, Step, lessons
from scenarios.quarters import FIRST, number
from sim.results.outcomes.polarity import CLASSES
from sim.results.sealed import address, told
from sim.ui.shared import recorded, wording
from sim.ui.shared.frames import SEATS, View
from sim.ui.shared.setup import COUNTED
from sim.ui.shared.templates import render
from sim.ui.teach.claims import Claim, facts
from sim.ui.teach.claims_panel import Answer
from sim.ui.teach.decisions import decisions
from sim.ui.teach.futures import SEALED, Future, Shown
from sim.ui.teach.playback import DIFFERENCE, POWERS, called
from sim.ui.teach.texts import of

_SHEET = "teach/paper.css"
NOT_A_FORECAST = "These are explorations of mechanisms, not forecasts; one future is one possible course of events."


def marks(s: Shown) -> list[int]:
    """Quarters that the class fills in: the edge of the data, and every second year end after it."""
    ends = [number(f"{year}-Q4") - FIRST for year in range(2028, s.judge.year, 2)]
    return [*dict.fromkeys(t for t in (s.edge, *ends, s.last) if t <= s.last)]


def sheet(s: Shown, key: str, claim: Claim) -> Markup:
    """The worksheet: a page to fill in. Nothing on it depends on what the future does after the data."""
    return render(
        "teach/worksheet.html",
        sheet=_SHEET,
        title=f"Worksheet: {s.spec.title}",
        spec=s.spec,
        which=_which(s, key),
        edge=wording.last_month(s.quarter(s.edge)),
        year=s.judge.year,
        unit=s.judge.unit,
        outcomes=[POWERS[name] for name in CLASSES],
        difference=DIFFERENCE.format(n=f"{s.judge.limit:g}", unit=s.judge.unit),
        rows=[(s.quarter(t), t <= s.edge) for t in marks(s)],
        before=_asked("before"),
        after=_asked("after"),
        claim=claim,
        of=of(claim).name,
        not_a_forecast=NOT_A_FORECAST,
        made=_made(s),
    )


def _asked(when: str) -> tuple[str, ...]:
    """The questions of the shortest lesson: a page has room for no more."""
    return next(iter(lessons().values())).questions[when]


def _which(s: Shown, key: str) -> str:
    """A future by its name on the page and its number among all."""
    f = s.futures[key]
    if f.member is None:
        return f"the medians of {s.runs:,} futures"
    name = called(s, key)
    return f"{name[:1].lower()}{name[1:]}, number {f.member + 1:,} of {s.runs:,}"


def answers(s: Shown, key: str, view: View, claim: Claim, found: Answer) -> Markup:
    """The answers to a worksheet, from the same run."""
    f = s.futures[key]
    decided = min(s.edge + 2, s.last)
    return render(
        "teach/answers.html",
        sheet=_SHEET,
        title=f"Answers: {s.spec.title}",
        spec=s.spec,
        which=_which(s, key),
        unit=s.judge.unit,
        rows=[_row(s, f, t) for t in marks(s)],
        ended=_row(s, f, s.last),
        decided=s.quarter(decided),
        decisions=[each for each in decisions(s, f, decided) if each.who in ("China", "Allies", "Transit hubs")],
        shares=wording.outcomes(view.counts),
        headline=wording.headline_of(view, COUNTED),
        middle=wording.middle(*view.lead_end, s.judge.unit),
        claim=claim,
        says=found.says,
        facts=facts(claim),
        difference=DIFFERENCE.format(n=f"{s.judge.limit:g}", unit=s.judge.unit),
        made=_made(s),
    )


def _row(s: Shown, f: Future, t: int) -> dict[str, str]:
    """What the class fills in for a quarter: of a quarter with data what was recorded, which has no outcome."""
    if t <= s.edge:
        (us, china), lead = recorded.frontiers()[:, t], float(recorded.lead_by(s.judge.ruler)[t])
        outcome = "recorded"
    else:
        us, china = (f.at(f"capability.{seat}", t) for seat in SEATS)
        lead, outcome = f.at("lead", t), POWERS[CLASSES[int(f.codes[t])]]
    return {"quarter": s.quarter(t), "us": f"{us:.0f}", "china": f"{china:.0f}", "lead": wording.signed(lead),
            "outcome": outcome}  # fmt: skip


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


def guide(s: Shown, key: str, view: View, lesson: Lesson, root: str = "") -> Markup:
    """The teacher's page: a lesson minute by minute with its questions, how futures end, and misunderstandings.

    Args:
        s: the futures of the scenario.
        key: the future of the worksheet.
        view: what all futures of the scenario come to.
        lesson: the lesson.
        root: the public address of this Polarity; without one, links say what to add to the reader's own.
    """
    ended = _row(s, s.futures[key], s.last)
    return render(
        "teach/guide.html",
        sheet=_SHEET,
        title=f"For the teacher: {lesson.minutes} minutes",
        spec=s.spec,
        which=_which(s, key),
        outcome=ended["outcome"],
        lead=ended["lead"],
        unit=s.judge.unit,
        shares=wording.outcomes(view.counts),
        middle=wording.middle(*view.lead_end, s.judge.unit),
        difference=DIFFERENCE.format(n=f"{s.judge.limit:g}", unit=s.judge.unit),
        lesson=lesson,
        steps=steps(lesson),
        root=root,
        when=WHEN,
        endings=endings(s),
        mistakes=MISTAKES,
        silent=SILENT,
        made=_made(s),
    )


def steps(lesson: Lesson) -> list[dict[str, str]]:
    """A lesson's steps in words, with the address below the root that each opens; empty where it opens none."""
    return [
        {
            "minutes": f"{step.start} to {step.end}",
            "title": step.title,
            "link": address(step),
            "opens": opens(step),
            **{name: told(text, step.scenario) for name, text in (("says", step.says), ("clicks", step.clicks),
                                                                  ("does", step.does))},
        }
        for step in lesson.steps
    ]  # fmt: skip


def opens(step: Step) -> str:
    """What the link of a step opens, in words."""
    if not step.future:
        return ""
    name = {"drawn1": "sealed future, draw 1", "medians": "medians"}.get(step.future) or told(
        f"{{{step.future}}}", step.scenario
    )
    claim = f", claim {step.claim}" if step.claim else ""
    return f"{load(step.scenario).title}, {name}, {step.quarter}{claim}"


def endings(s: Shown) -> list[tuple[str, str, str]]:
    """Every future that can be picked, how it ends, and its lead then: for the teacher alone."""
    found = sorted((called(s, key), key) for key in s.futures if key in CLASSES)
    found += [(f"Sealed future, draw {key.removeprefix(SEALED)}", key) for key in s.futures if key.startswith(SEALED)]
    rows = [(name, _row(s, s.futures[key], s.last)) for name, key in found]
    return [(name, row["outcome"], f"{row['lead']} {s.judge.unit}") for name, row in rows]


def _made(s: Shown) -> str:
    import sim
    from sim.ui.shared.common import SEED

    return (
        f"Polarity {sim.__version__}, scenario {s.spec.digest()}, {s.runs:,} futures, seed {SEED}, calibration "
        f"{s.spec.calibration}. {NOT_A_FORECAST}"
    )
