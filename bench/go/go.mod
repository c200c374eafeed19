module jtsh.dev/bench

go 1.19
