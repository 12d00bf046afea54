// simdgrad's part of the work, from the sources, which gives what has to come out, or from dist/.

/**
 * A network of networks.ts with a batch for it.
 *
 * @param simdgrad the library
 * @param x        {shape, data} in PyTorch's layout; the first `batch` of them are taken
 * @param state    of its parameters; null: as they are drawn from a seed
 * @param hasDropout without it, what comes out can be compared with others
 */
export function trainee(simdgrad, network, x, batch, state, hasDropout) {
  const { crossEntropy, loadStateDict, noGrad, scope } = simdgrad;
  const model = sequentialOf(simdgrad, network.layers, hasDropout);
  if (state) loadStateDict(model, state);
  else model.initialize(0);
  const Optimizer = { adam: simdgrad.Adam, adamw: simdgrad.AdamW }[network.optimizer];
  const optimizer = new Optimizer(model.parameters(), { lr: 1e-3 });
  const { images, labels } = operands(simdgrad, x, batch);
  const loss = () => crossEntropy(model.forward(images), labels);
  const step = stepOf(simdgrad, optimizer, loss);
  return {
    model,
    step,
    /** The first loss, and that after one step. */
    losses() {
      const first = scope(() => loss().item());
      step();
      return [first, scope(() => loss().item())];
    },
    logits() {
      if (model.isTraining) model.eval();
      return scope(() => noGrad(() => model.forward(images)).data.slice());
    },
  };
}

/** One update of the weights. */
export function stepOf({ backward, scope }, optimizer, loss) {
  return () =>
    scope(() => {
      optimizer.zeroGrad();
      backward(loss());
      optimizer.step();
    });
}

function sequentialOf(simdgrad, layers, hasDropout) {
  const { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Residual } = simdgrad;
  const sequential = (described) => sequentialOf(simdgrad, described, hasDropout);
  const make = {
    linear: (layer) => new Linear(layer.in, layer.out),
    conv: ({ kernel, stride, padding, bias, ...layer }) =>
      new Conv2d(layer.in, layer.out, kernel, { stride, padding, bias }),
    batchNorm: ({ channels }) => new BatchNorm2d(channels),
    maxPool: ({ size }) => new MaxPool2d(size),
    meanPool: () => new AdaptiveAvgPool2d(1),
    relu: () => new ReLU(),
    flatten: () => new Flatten(),
    dropout: ({ rate }) => new Dropout(rate),
    residual: ({ main, shortcut }) => new Residual(sequential(main), shortcut && sequential(shortcut)),
  };
  const wanted = Object.entries(layers).filter(([, { type }]) => hasDropout || type !== "dropout");
  return new simdgrad.Sequential(Object.fromEntries(wanted.map(([name, layer]) => [name, make[layer.type](layer)])));
}

/** Images with the channel last, and labels. */
export function operands({ tensor, transpose }, { shape, data }, batch) {
  const stored = tensor(data.slice(0, (data.length / shape[0]) * batch), [batch, ...shape.slice(1)]);
  const images = shape.length === 4 ? transpose(stored, [0, 2, 3, 1]) : stored;
  const labels = Array.from({ length: batch }, (_, i) => i % 10);
  return { images: images.keep(), labels: tensor(labels, [batch], "i32").keep() };
}
