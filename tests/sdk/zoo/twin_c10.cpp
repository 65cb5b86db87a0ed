// tests/sdk/zoo/twin_c10.cpp -- stands for a second copy of LibTorch.
int twin_of_c10() { return 2; }
