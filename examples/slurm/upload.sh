#!/bin/bash
# upload.sh SOURCE DESTINATION PLAN [SHARDS [MACHINES]]: plans, sends and completes an upload with Slurm.
# DESTINATION is cos://BUCKET/PREFIX. PLAN is a new directory that all machines see.
set -eu
source=$1 destination=$2 plan=$3 shards=${4:-16} machines=${5:-4}
here=$(dirname "$0")
cosput initiate -r "$source" "$destination" --plan "$plan" --shards "$shards"
array=$(sbatch --parsable --array="1-$shards%$machines" "$here/shard.sbatch" "$plan")
# afterany, not afterok: complete itself judges whether all is there. Slurm cancels a job whose afterok cannot come true any
# more, and sbatch --wait then returns 0.
exec sbatch --wait --dependency="afterany:$array" --job-name=cosput-complete \
  --output="cosput-$array-complete.log" --wrap "exec cosput complete --plan '$plan' --wait 2m"
