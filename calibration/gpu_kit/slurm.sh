#!/bin/sh
#SBATCH --job-name=polarity-calibration
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --gpus=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=64G
#SBATCH --time=00:12:00
# An example for SLURM; `sbatch slurm.sh` from this folder. Load Python 3.12 with PyTorch as your site names it.
module load python/3.12 pytorch || true
OUT="$SLURM_SUBMIT_DIR/results" BUDGET=480 sh "$SLURM_SUBMIT_DIR/run.sh"
