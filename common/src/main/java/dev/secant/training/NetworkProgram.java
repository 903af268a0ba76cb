package dev.secant.training;

import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Device;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A compiled network with its task's loss: gradients and evaluations at given weights. */
final class NetworkProgram implements AutoCloseable {
  /**
   * The gradient over one training minibatch.
   *
   * @param sums its {@link Outcome}, float64 {@code [3]}
   * @param pieces the gradient of the loss, d numbers in all; see {@link Pieces}
   */
  record Gradient(Tensor sums, List<Tensor> pieces) {
    Gradient {
      pieces = List.copyOf(pieces);
    }

    /** What the minibatch gave; waits for the device. */
    Outcome outcome() {
      return NetworkProgram.outcome(sums.toDoubles(), 0);
    }

    /** The gradient as one vector of d numbers. */
    Tensor vector(Scope scope) {
      return scope.join(pieces);
    }

    /** The same minibatch with another vector in the gradient's place. */
    Gradient with(List<Tensor> others) {
      return new Gradient(sums, others);
    }
  }

  /** One of several outcomes that were read at once. */
  static Outcome outcome(double[] sums, int index) {
    return new Outcome(sums[3 * index], sums[3 * index + 1], sums[3 * index + 2]);
  }

  /** How its gradients are cut. */
  Pieces pieces() {
    return pieces;
  }

  /**
   * The gradient over a minibatch.
   *
   * @param weights where it is taken; stay as they are
   * @param buffers BatchNorm's running statistics in them move
   * @param seeds of the dropout layers' masks
   */
  Gradient gradient(Scope scope, Tensor weights, Tensor buffers, Batch batch, long[] seeds) {
    List<Tensor> results =
        program.call(
            scope,
            "gradient",
            x(scope, batch),
            target(scope, batch),
            weights,
            buffers,
            scope.longs(seeds));
    return new Gradient(results.get(0), results.subList(1, results.size()));
  }

  /** Adds the batch's sums to a vector that starts as {@link #emptySums}; changes nothing else. */
  void evaluate(Scope scope, State state, Batch batch, double[] sums) {
    double[] more =
        program
            .call(
                scope,
                "evaluate",
                x(scope, batch),
                target(scope, batch),
                state.weights(),
                state.buffers())
            .get(0)
            .toDoubles();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more[i];
    }
  }

  double[] emptySums() {
    return new double
        [network.task() instanceof Task.Segmentation task ? 3 + 2 * task.classes() : 3];
  }

  private Tensor x(Scope scope, Batch batch) {
    return images.isPresent() ? images.get().cut(scope, batch) : input(scope, batch);
  }

  /** The batch's inputs, in the processor's memory. */
  static Tensor input(Scope scope, Batch batch) {
    Task task = batch.task();
    long[] dimensions = dimensions(batch, task.inputShape());
    return task instanceof Task.Language
        ? scope.longs(batch.inputBytes(), dimensions)
        : scope.floats(batch.inputBytes(), dimensions);
  }

  /** The batch's targets, in the processor's memory. */
  static Tensor target(Scope scope, Batch batch) {
    return scope.longs(batch.targetBytes(), dimensions(batch, batch.task().targetShape()));
  }

  private static long[] dimensions(Batch batch, List<Integer> sample) {
    return LongStream.concat(
            LongStream.of(batch.size()), sample.stream().mapToLong(Integer::longValue))
        .toArray();
  }

  /**
   * The TorchScript of a network and its task's loss.
   *
   * @param smoothing the share of a training target that is spread evenly over all classes
   * @param device what it is written for
   */
  static String source(Network network, double smoothing, Device device) {
    Task task = network.task();
    boolean language = task instanceof Task.Language;
    // Losses over an image's pixels have no deterministic kernel on a GPU, those over a list do.
    boolean listed = language || (task instanceof Task.Segmentation && !device.equals(Device.CPU));
    String output = language ? "output" : "torch.permute(output, [0, 2, 3, 1])";
    return (METHODS + Layers.methods(device))
        .replace("$WEIGHTS", views(network.weights(), "flat", "w"))
        .replace("$BUFFERS", views(network.buffers(), "buffers", "b"))
        .replace("$PIECES", pieces(Pieces.of(network.weights(), device)))
        .replace("$BODY", network.body().indent(4).strip())
        .replace("$OUTPUT", network.output())
        .replace("$SCORES", listed ? "torch.reshape(" + output + ", [-1, $CLASSES])" : "output")
        .replace("$TARGETS", listed ? "torch.reshape(y, [-1])" : "y")
        // Finding the most likely of many tokens costs a pass over all logits, for no score.
        .replace("$COUNT", task instanceof Task.Segmentation ? LABELLED : ALL)
        .replace("$CORRECT", language ? "torch.zeros_like(count)" : CORRECT)
        .replace("$SMOOTHING", Double.toString(smoothing).replace('E', 'e'))
        .replace("$SUMS", task instanceof Task.Segmentation ? OVERLAPS : "")
        .replace("$CLASSES", Integer.toString(task.classes()));
  }

  private static String pieces(Pieces pieces) {
    List<String> joined = new ArrayList<>();
    int from = 0;
    for (int count : pieces.tensors()) {
      List<String> parts = new ArrayList<>();
      for (int i = from; i < from + count; i++) {
        parts.add("g[" + i + "]");
      }
      joined.add(count == 1 ? parts.get(0) : "torch.cat([" + String.join(", ", parts) + "])");
      from += count;
    }
    return String.join(", ", joined);
  }

  /** Statements that cut a vector into the layout's tensors. */
  private static String views(Layout layout, String vector, String views) {
    if (layout.entries().isEmpty()) {
      return "%s = annotate(List[Tensor], [])".formatted(views);
    }
    List<Integer> sizes = new ArrayList<>();
    List<String> tensors = new ArrayList<>();
    for (Layout.Entry entry : layout.entries()) {
      tensors.add("torch.view(%s_parts[%d], %s)".formatted(views, sizes.size(), entry.shape()));
      sizes.add(entry.size());
    }
    return "%1$s_parts = torch.split_with_sizes(%2$s, %3$s)\n    %1$s = [%4$s]"
        .formatted(views, vector, sizes, String.join(", ", tensors));
  }

  private static final String LABELLED = "torch.sum(torch.ne(targets, -100), dtype=7)";

  private static final String ALL =
      "torch.full([], float(torch.numel(targets)), dtype=7, device=ops.prim.device(targets))";

  private static final String CORRECT =
      "torch.sum(torch.eq((self).likeliest(scores, ), targets), dtype=7)";

  private static final String OVERLAPS =
      """
      labelled = torch.ne(targets, -100)
          pairs = torch.add(torch.mul(targets, $CLASSES), (self).likeliest(scores, ))
          counts = torch.bincount(torch.masked_select(pairs, labelled), None, $CLASSES * $CLASSES)
          confusion = torch.view(counts, [$CLASSES, $CLASSES])
          inside = torch.diagonal(confusion)
          either = torch.sub(torch.add(torch.sum(confusion, [0]), torch.sum(confusion, [1])), inside)
          sums = torch.cat([sums, torch.to(inside, 7), torch.to(either, 7)])
      """
          .strip();

  // The classes with the highest scores by torch.max, since argmax sets up a reduction for each
  // sample or pixel: on two threads 3 % of a U-Net's step.
  private static final String METHODS =
      Upload.METHOD
          + """
        def likeliest(self: __torch__.secant.Net, scores: Tensor) -> Tensor:
          score, index = torch.max(torch.detach(scores), 1)
          return index
        def weights(self: __torch__.secant.Net, flat: Tensor) -> List[Tensor]:
          $WEIGHTS
          return w
        def network(self: __torch__.secant.Net,
          x: Tensor,
          w: List[Tensor],
          buffers: Tensor,
          training: bool,
          seeds: Tensor) -> Tensor:
          $BUFFERS
          $BODY
          return $OUTPUT
        def gradient(self: __torch__.secant.Net,
          batch_x: Tensor,
          batch_y: Tensor,
          flat: Tensor,
          buffers: Tensor,
          seeds: Tensor) -> List[Tensor]:
          x = (self).there(batch_x, flat, )
          y = (self).there(batch_y, flat, )
          w = (self).weights(flat, )
          leaves = annotate(List[Tensor], [])
          for i in range(torch.len(w)):
            _0 = torch.append(leaves, torch.requires_grad_(torch.detach(w[i])))
          torch.set_grad_enabled(True)
          output = (self).network(x, leaves, buffers, True, seeds, )
          scores = $SCORES
          targets = $TARGETS
          loss = torch.cross_entropy_loss(scores, targets, None, 1, -100, $SMOOTHING)
          gradients = torch.autograd.grad([loss], leaves, None, None, False, True)
          torch.set_grad_enabled(False)
          g = annotate(List[Tensor], [])
          for i in range(torch.len(gradients)):
            gradient = gradients[i]
            if torch.__is__(gradient, None):
              known = torch.zeros_like(w[i])
            else:
              known = unchecked_cast(Tensor, gradient)
            _1 = torch.append(g, torch.reshape(known, [-1]))
          count = $COUNT
          correct = $CORRECT
          sums = torch.stack([torch.to(torch.detach(loss), 7), correct, count])
          return [sums, $PIECES]
        def evaluate(self: __torch__.secant.Net,
          batch_x: Tensor,
          batch_y: Tensor,
          flat: Tensor,
          buffers: Tensor) -> Tensor:
          torch.set_grad_enabled(False)
          x = (self).there(batch_x, flat, )
          y = (self).there(batch_y, flat, )
          output = (self).network(x, (self).weights(flat, ), buffers, False, y, )
          scores = $SCORES
          targets = $TARGETS
          loss = torch.sum(torch.cross_entropy_loss(scores, targets, None, 0), dtype=7)
          count = $COUNT
          correct = $CORRECT
          sums = torch.stack([loss, correct, count])
          $SUMS
          return sums
      """;

  private final Network network;
  private final Pieces pieces;
  private final Program program;
  private final Optional<DeviceImages> images;

  /** One whose batches hold their inputs. */
  NetworkProgram(Network network, double smoothing, Device device) {
    this(network, smoothing, device, Optional.empty());
  }

  /**
   * @param device where it will compute
   * @param images what the inputs are cut from, where batches hold cuts; closed with this
   */
  NetworkProgram(Network network, double smoothing, Device device, Optional<DeviceImages> images) {
    this.network = network;
    this.images = images;
    this.pieces = Pieces.of(network.weights(), device);
    String source = source(network, smoothing, device);
    this.program =
        network
            .module()
            .map(file -> Program.compile(source, file, device))
            .orElseGet(() -> Program.compile(source));
  }

  @Override
  public void close() {
    program.close();
    images.ifPresent(DeviceImages::close);
  }
}
