/** A plugin for esbuild: the library without the kernels in it, nor what decodes them; useKernels() brings them. */
export const withoutKernels = {
  name: "without-kernels",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/]runtime[\\/]embedded_kernels\.ts$/ }, () => ({
      contents: 'export const embeddedKernels = () => null; export const ENTRY = "simdgrad/slim";',
    }));
  },
};
