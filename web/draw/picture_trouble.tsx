// PictureTrouble: why a given picture could not be shown, where that is so.

import { Trouble } from "../look/trouble.tsx";
import { pictureProblem } from "./given_picture.ts";

export function PictureTrouble() {
  if (pictureProblem.value === null) return null;
  return (
    <Trouble
      text={pictureProblem.value}
      action="OK"
      onAction={() => {
        pictureProblem.value = null;
      }}
    />
  );
}
