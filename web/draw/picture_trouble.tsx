// PictureTrouble: why a given picture could not be shown, where that is so.

import { NotedTrouble } from "../look/noted_trouble.tsx";
import { pictureProblem } from "./given_picture.ts";

export function PictureTrouble() {
  return <NotedTrouble problem={pictureProblem} />;
}
