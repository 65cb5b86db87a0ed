// tests/record/main.cpp -- the record's tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
