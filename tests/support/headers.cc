// Empty: it owns the precompiled headers of tests/CMakeLists.txt.
