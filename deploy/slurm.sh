#!/bin/bash
# Workers of a lab on a PostgreSQL server, as an array of Slurm jobs. See README.md beside this file.
#
#   export DATABASE_URL=postgres://user:password@host/shatter
#   sbatch --array=0-15 deploy/slurm.sh
#
#SBATCH --job-name=shatter
#SBATCH --array=0-7
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=6G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=shatter-%A_%a.log
# A minute before the time is over, this script is told; what it starts is not, so it passes that on.
#SBATCH --signal=B:TERM@60

set -euo pipefail

: "${DATABASE_URL:?expected the address of the lab, postgres://user:password@host/database, in the environment}"
cpus=${SLURM_CPUS_PER_TASK:-1}
# On the node's own disk: what others need of a checkpoint is in the database.
checkpoints=${SHATTER_CHECKPOINTS:-${TMPDIR:-/tmp}/shatter-checkpoints-${SLURM_JOB_ID:-$$}}

told=no
worker=
# shellcheck disable=SC2317,SC2329 # The trap below calls it.
pass_on() {
  told=yes
  if [[ -n $worker ]]; then kill -TERM "$worker" 2>/dev/null || true; fi
}
trap pass_on TERM

shatter worker --until-idle --jobs "$cpus" --threads 1 --checkpoints "$checkpoints" &
worker=$!
if [[ $told == yes ]]; then pass_on; fi

status=0
wait "$worker" || status=$?
# A signal ends `wait`, not the worker: it has checkpoints to leave first.
while kill -0 "$worker" 2>/dev/null; do
  status=0
  wait "$worker" || status=$?
done

if [[ $told == yes && -n ${SLURM_JOB_ID:-} ]]; then
  echo "out of time; the worker gave its trials back (exit code $status), and this job is queued again"
  scontrol requeue "$SLURM_JOB_ID" || true
fi
exit "$status"
