#!/usr/bin/env bash
# A study in parts, as arrays of jobs that need no MPI. On a machine that may submit jobs, with oodml on PATH:
#   Examples/slurm/job-array.sh ['options that say what is studied'; default: '--dataset glyphs200']
# Each job of an array does one part; when all have succeeded, the next job joins them, to the bytes of one run.
set -euo pipefail

data=${1:---dataset glyphs200}
work=runs/job-array
parts=3
resources=(--cpus-per-task=2 --mem-per-cpu=1G --time=1:00:00 --requeue --open-mode=append)

mkdir -p "$work/logs"
last=

# Submits a command, to run when what was submitted before has succeeded.
submit() {
    local name=$1 command=$2
    last=$(sbatch --parsable --job-name="$name" --output="$work/logs/$name-%j.txt" "${resources[@]}" "${@:3}" \
        ${last:+--dependency="afterok:$last" --kill-on-invalid-dep=yes} --wrap "exec oodml $command")
    echo "$name: job $last"
}

# Submits a command in parts, and one that joins them in a folder.
in_parts() {
    local name=$1 command=$2 out=$3
    submit "$name" "$command --shard \$SLURM_ARRAY_TASK_ID/$parts --out $out-part-\$SLURM_ARRAY_TASK_ID" --array="1-$parts"
    submit "$name-join" "${4:-$command} --merge $out-part-* --out $out"
}

along="--splits $work/splits --features $work/store"
in_parts embed "embed $data" "$work/store" embed
submit splits "make-splits --features $work/store --out $work/splits"
# With a search for parameters, each part has objectives of its own: no more parts than objectives are of use here.
in_parts train "train $along --objective triplet,proxy-anchor,normalized-softmax --tune 4 --steps 200" "$work/heads"
in_parts evaluate "evaluate $along --heads $work/heads" "$work/results"
submit report "report $work/splits $work/results/* --out $work/report.html"
