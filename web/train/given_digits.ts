// What was chosen or dropped: pictures in folders named 0 to 9, or files.

import type { GivenDigits } from "./messages.ts";
import { digitOf } from "./own_pictures.ts";

export interface GivenFile {
  /** With the folders that it was in: "digits/7/a.png". */
  readonly path: string;
  readonly file: File;
}

/** No digits: it is opened where networks are taken home. */
export function isCheckpoint(path: string): boolean {
  return path.endsWith(".safetensors");
}

/** @returns null where nothing was given */
export function givenDigits(given: readonly GivenFile[]): GivenDigits | null {
  // Systems leave files of their own beside what people see.
  const isHidden = (path: string): boolean => path.split("/").some((part) => part.startsWith("."));
  const visible = given.filter(({ path }) => !isHidden(path) && !isCheckpoint(path));
  if (visible.length === 0) return null;
  const isOfPictures = visible.some(({ path, file }) => digitOf(path) !== null || file.type.startsWith("image/"));
  return isOfPictures
    ? { kind: "pictures", pictures: visible.map(({ path, file }) => ({ path, file })) }
    : { kind: "files", files: visible.map(({ file }) => file) };
}

/** Dropped files, and those in dropped folders. */
export async function droppedDigits({ items, files }: DataTransfer): Promise<GivenDigits | null> {
  // All of them before the first wait: afterwards the browser has forgotten them.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return givenDigits([...files].map((file) => ({ path: file.name, file })));
  return givenDigits((await Promise.all(entries.map(filesOf))).flat());
}

async function filesOf(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    found.push(...(await Promise.all(entries.map(filesOf))).flat());
  }
}
