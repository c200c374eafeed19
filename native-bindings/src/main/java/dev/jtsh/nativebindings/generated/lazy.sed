# What jextract writes makes the call of a function as soon as its descriptor is read: milliseconds of
# each start, for a call that nobody uses (NativeLinker makes its own, with errno). Here it is made when
# it is wanted, and a variadic function says its descriptor without making one.
s|^        public static final MethodHandle HANDLE = Linker.nativeLinker().downcallHandle(ADDR, DESC);$|        private static class Call {\n            static final MethodHandle HANDLE = Linker.nativeLinker().downcallHandle(ADDR, DESC);\n        }|
s/\([a-zA-Z_0-9]*\)\.HANDLE;$/\1.Call.HANDLE;/
s|^        private final MethodHandle spreader;$|&\n\n        public static FunctionDescriptor descriptorOf(MemoryLayout... layouts) {\n            return BASE_DESC.appendArgumentLayouts(layouts);\n        }|
