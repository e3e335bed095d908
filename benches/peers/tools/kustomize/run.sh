# One process for each cluster, as its way is for overlays: run.sh WORK OUT
while read -r cluster; do
  mkdir -p "$2/$cluster"
  kustomize build "$1/clusters/$cluster" -o "$2/$cluster" || exit 1
done < "$1/names"
