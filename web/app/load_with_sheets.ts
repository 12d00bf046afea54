// loadWithSheets: what the bundler puts around each import() of the page, in place of its own (vite.config.ts). A chunk's
// style sheets are loaded beside it, and it is there when they are: a section never shows without its look.

/**
 * @param files the sheets of the chunk, relative to the base
 * @param base  the address of the module that imports it
 * @throws {Error} one of them could not be loaded
 */
export async function loadWithSheets<T>(
  load: () => Promise<T>,
  files: readonly string[] = [],
  base = location.href,
): Promise<T> {
  const [chunk] = await Promise.all([load(), ...files.map((file) => sheet(new URL(file, base).href))]);
  return chunk;
}

const sheets = new Map<string, Promise<void>>();

/** Once each; one that failed may be asked for again. */
function sheet(href: string): Promise<void> {
  const known = sheets.get(href);
  if (known) return known;
  // The page itself may ask for one, which is then among these once it is loaded.
  if ([...document.styleSheets].some((each) => each.href === href)) return Promise.resolve();
  const loaded = new Promise<void>((resolve, reject) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      sheets.delete(href);
      reject(new Error(`${href.replace(/^.*\//, "")} could not be loaded.`));
    };
    document.head.append(link);
  });
  sheets.set(href, loaded);
  return loaded;
}
