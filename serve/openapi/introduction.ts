// What the description of the API begins with: a page's first paragraphs, in Markdown.

export const INTRODUCTION = `Send a picture of a handwritten digit, and get the digit:

\`\`\`sh
curl -X POST -F "file=@7.png" -F "model_type=cnn" http://localhost:8000/predict
\`\`\`

\`\`\`json
{"predicted_class": 7, "confidence": 0.999, "probabilities": […], "is_digit": true, "reason": null, "model_type": "cnn", "model_version": "0", "latency_ms": 1.2, "warnings": []}
\`\`\`

Every operation below can be tried on this page. Whatever cannot be served is answered by \`application/problem+json\`, whose
\`error\` says what is wrong, the values, and what to do.`;
