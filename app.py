"""The browser application: page setup and navigation. Everything on a page lives in sim/ui."""

import os
from pathlib import Path

# Before NumPy is loaded: every visitor has a thread, and threads of small products only fight over the processors.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import streamlit as st  # noqa: E402

from sim.ui import front, garbage  # noqa: E402
from sim.ui.shared import address, pages_bar  # noqa: E402

# A local file: a Material icon here would make every browser fetch it from a foreign host.
st.set_page_config(
    page_title="Polarity",
    page_icon=str(Path(__file__).parent / "sim/ui/icon.png"),
    layout="wide",
)
page = st.navigation(
    [
        st.Page("sim/ui/explore/page.py", title="Explore", icon=":material/tune:", default=True),
        st.Page("sim/ui/compare/page.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page("sim/ui/strategy/page.py", title="Strategy", icon=":material/casino:", url_path="strategy"),
        st.Page("sim/ui/teach/page.py", title="Teach", icon=":material/school:", url_path="teach"),
        st.Page("sim/ui/evidence/page.py", title="Evidence", icon=":material/history_edu:", url_path="evidence"),
        st.Page("sim/ui/assumptions/page.py", title="Assumptions", icon=":material/list_alt:", url_path="assumptions"),
        st.Page("sim/ui/data/page.py", title="Data and API", icon=":material/terminal:", url_path="data"),
        # Reached from Evidence, Teach and the masthead: the navigation holds seven entries at most.
        st.Page("sim/ui/calibration/page.py", title="Calibration", url_path="calibration", visibility="hidden"),
        st.Page("sim/ui/play/page.py", title="Play", url_path="play", visibility="hidden"),
        st.Page("sim/ui/about/page.py", title="About", url_path="about", visibility="hidden"),
        st.Page("sim/ui/sources/page.py", title="Sources", url_path="sources", visibility="hidden"),
    ],
    position="hidden" if st.context.is_embedded else "top",
)
if page.url_path != "play":  # thirty phones that come back after a restart wait for nothing that they do not need
    from sim.ui import start

    start.warm()
address.one_entry()
if not st.context.is_embedded:
    front.masthead(page.url_path)
    pages_bar.draw()
page.run()
garbage.freeze(page.url_path)
garbage.give_back()
