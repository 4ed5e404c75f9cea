#!/usr/bin/env bash
#SBATCH --job-name=oodml --nodes=1 --ntasks-per-node=2 --cpus-per-task=2 --mem-per-cpu=1G --time=1:00:00
#SBATCH --signal=B:USR1@120 --requeue --open-mode=append
# A study as one job: each command divides its work among all tasks of the job. With oodml built with MPI on PATH:
#   sbatch Examples/slurm/one-job.sh [options that say what is studied; default: --dataset glyphs200]
# Where your data are large, take as many nodes as you like, with one task a node and all of its processors.
set -euo pipefail

data=("$@")
((${#data[@]} > 0)) || data=(--dataset glyphs200)
work=runs/one-job

# Two minutes before the job's time is over, it ends its command and goes back to the queue; what is done is kept. A signal to
# srun itself would kill the tasks.
go_on() {
    trap '' USR1
    scancel --signal=TERM "$SLURM_JOB_ID"
    wait "$command" || true
    scontrol requeue "$SLURM_JOB_ID"
    exit 1
}
trap go_on USR1

# The shell takes signals only while it waits, so the command runs beside it.
each() {
    srun --mpi=pmix --kill-on-bad-exit oodml "$@" &
    command=$!
    wait "$command"
}

# A job that comes back from the queue goes on with the command that it ended.
each embed "${data[@]}" --out "$work/store"
[[ -e $work/splits/manifest.json ]] || each make-splits --features "$work/store" --out "$work/splits"
each train --splits "$work/splits" --features "$work/store" --objective triplet,proxy-anchor --tune 4 --steps 200 \
    --out "$work/heads"
each evaluate --splits "$work/splits" --features "$work/store" --heads "$work/heads" --out "$work/results"
