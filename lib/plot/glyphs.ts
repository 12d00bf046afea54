// A font of 5 × 7 pixels for captions in pictures: drawn here, # where there is ink.

/** Of each block, the characters it shows, in order; columns are five wide with one between. */
const SHEETS: readonly (readonly [characters: string, drawing: string])[] = [
  [
    "0123456789",
    `
 ###    #    ###   ###     #  #####   ##  #####  ###   ###
#   #  ##   #   # #   #   ##  #      #        # #   # #   #
#  ##   #       #     #  # #  ####  #        #  #   # #   #
# # #   #      #    ##  #  #      # ####    #    ###   ####
##  #   #     #       # #####     # #   #  #    #   #     #
#   #   #    #    #   #    #  #   # #   #  #    #   #    #
 ###   ###  #####  ###     #   ###   ###   #     ###   ##`,
  ],
  [
    "ABCDEFGHIJKLM",
    `
 ###  ####   ###  ####  ##### #####  ###  #   #  ###    ### #   # #     #   #
#   # #   # #   # #   # #     #     #   # #   #   #      #  #  #  #     ## ##
#   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # #
##### ####  #     #   # ####  ####  # ### #####   #      #  ##    #     # # #
#   # #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   #
#   # #   # #   # #   # #     #     #   # #   #   #   #  #  #  #  #     #   #
#   # ####   ###  ####  ##### #      #### #   #  ###   ##   #   # ##### #   #`,
  ],
  [
    "NOPQRSTUVWXYZ",
    `
#   #  ###  ####   ###  ####   #### ##### #   # #   # #   # #   # #   # #####
##  # #   # #   # #   # #   # #       #   #   # #   # #   # #   # #   #     #
# # # #   # #   # #   # #   # #       #   #   # #   # #   #  # #   # #     #
#  ## #   # ####  #   # ####   ###    #   #   # #   # # # #   #     #     #
#   # #   # #     # # # # #       #   #   #   # #   # # # #  # #    #    #
#   # #   # #     #  #  #  #      #   #   #   #  # #  ## ## #   #   #   #
#   #  ###  #      ## # #   # ####    #    ###    #   #   # #   #   #   #####`,
  ],
  [
    "→%.,:-+/()?_=",
    `
      ##                                           #   #     ###
  #   ##  #               #           #       #   #     #   #   #
   #     #                            #      #   #       #      #       #####
#####   #                     ##### #####   #    #       #     #
   #   #            #                 #    #     #       #    #         #####
  #   #  ##   #     #     #           #   #       #     #
         ##        #                               #   #      #   #####`,
  ],
];

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;
const PITCH = GLYPH_WIDTH + 1;
/** Between a number and its unit. */
export const THIN_SPACE = "\u2009";

let glyphs: Map<string, readonly string[]> | null = null;

/** The seven rows of a character, five columns each, # for ink. Small letters are capitals; what is unknown is a "?". */
export function glyphOf(character: string): readonly string[] {
  glyphs ??= cut();
  const found = glyphs.get(character) ?? glyphs.get(character.toUpperCase()) ?? glyphs.get("?");
  return found ?? [];
}

function cut(): Map<string, readonly string[]> {
  const blank = new Array<string>(GLYPH_HEIGHT).fill(" ".repeat(GLYPH_WIDTH));
  const result = new Map<string, readonly string[]>([
    [" ", blank],
    [THIN_SPACE, blank],
  ]);
  for (const [characters, drawing] of SHEETS) {
    const rows = drawing.split("\n").slice(1);
    [...characters].forEach((character, i) => {
      const from = i * PITCH;
      const glyph = rows.map((row) => row.slice(from, from + GLYPH_WIDTH).padEnd(GLYPH_WIDTH));
      result.set(character, glyph);
    });
  }
  return result;
}
