// predictionFault: what is wrong with an answer of /predict, whatever was asked.

import { PREDICTION, PREDICTIONS, type Prediction } from "../../serve/schemas/predict.ts";
import type { Answer } from "./http_request.ts";

export function predictionsOf({ body }: Answer): Prediction[] | null {
  const value = JSON.parse(new TextDecoder().decode(body));
  if (PREDICTION.strict().safeParse(value).success) return [value];
  return PREDICTIONS.safeParse(value).success ? value.predictions : null;
}

export function predictionFault(answer: Answer): string | null {
  const predictions = predictionsOf(answer);
  if (predictions === null) return "an answer of another form";
  if (predictions.length === 0) return "no prediction";
  for (const { predicted_class, confidence, probabilities, warnings } of predictions) {
    const isBlank = warnings.includes("the picture is blank");
    if (isBlank !== (predicted_class === null) || isBlank !== (probabilities === null))
      return "a digit in a blank picture";
    if (probabilities === null || predicted_class === null) continue;
    const sum = probabilities.reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > 1e-5) return `probabilities that add up to ${sum}`;
    if (Math.max(...probabilities) !== confidence || probabilities[predicted_class] !== confidence) {
      return "a digit that is not the most probable";
    }
  }
  return null;
}
