Command exited with non-zero status 87
jtsh-b doctor 3.51 s 1.57+0.12 cpu 133452 KB
