#!/usr/bin/env bash
# tests/first_hour/compare_two_sweeps.test.sh -- did the other learning rate help, and is it more than chance?
source "$(dirname "$0")/hour.sh"
echo 'sweep: {seed: {count: 4}}' >> moons.yaml

weir run moons.yaml -o slow --progress none > slow.txt
weir run moons.yaml -o fast --set train.optimiser.lr=0.02 --progress none > fast.txt
weir compare slow fast | tee compared.txt

grep -Eq '^train.optimiser.lr +0.005 +0.02$' compared.txt || fail "the parameter that differs is not named"
grep -Eq '^train.loss .*\(4\) .*\(4\) +-?[0-9.]+(e-?[0-9]+)? +[0-9.e-]+$' compared.txt || fail "the numbers are not side by side with a p"
echo fine
