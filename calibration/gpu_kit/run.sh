#!/bin/sh
# Runs Polarity's calibration campaign on this machine, without a network. README.md says what can be set.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
started=$(date +%s)
DEVICE=${DEVICE:-cuda} TIER=${TIER:-standard} BUDGET=${BUDGET:-480} PLAN=${PLAN:-$DEVICE} PYTHON=${PYTHON:-python3}
OUT=${OUT:-results}
refuse() { echo "polarity-gpu-kit: $1" >&2; exit 2; }

mkdir -p "$OUT" || refuse "OUT=$OUT cannot be made; name a folder that can be written"
OUT=$(cd "$OUT" && pwd) || exit 2
"$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null ||
  refuse "$PYTHON is not Python 3.12, for which the kit is packed; name one with PYTHON=/path/to/python3.12"
[ "$(uname -sm)" = "Linux x86_64" ] || refuse "the kit is packed for Linux on x86_64, and this is $(uname -sm)"
"$PYTHON" -c 'import torch' 2>/dev/null || refuse "$PYTHON has no PyTorch; load it first, or name another PYTHON"
# A processor is measured on one core, so that a figure means the same on every machine.
[ "$DEVICE" = cuda ] || export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1 # the fit's matrices are tiny: threads would only wait for each other
export PYTHONPATH="$here:$here/site" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
case $TIER in standard) said=;; *) said=" --$TIER";; esac

run() {
  "$PYTHON" -m calibration run "$1" --catalogue "$here/chips.csv" --out "$OUT" --device "$DEVICE" --tier "$TIER" \
    --plan "$PLAN" --within "$BUDGET" --started "$started" --each \
    --command "polarity calibrate all$said --device $DEVICE --within $BUDGET"
}

run all
status=$?
case $status in
  0 | 2 | 130) exit $status ;; # finished, refused, or stopped by somebody
esac
# What broke down may have taken the driver along: the other parts get a process of their own, and the fit all that is left.
echo "polarity-gpu-kit: a part broke down with status $status; going on with what can be had" >&2
run train >&2
run levers >&2
run fit && rm -rf "$OUT/.work"
