/** Whether the variant `wide` is compiled, by the target's options in asconfig.json: 1, or 0 for every other. */
declare const WIDE: i32;
