package dev.secant.architecture;

import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A language model of stacked LSTM layers with an untied decoder: the one of PyTorch's
 * word_language_model example, with its names and initial weights. Every window starts from a state
 * of zeros, so that windows can be drawn in any order.
 *
 * @param embedding the size of a token's vector
 * @param hidden the size of a layer's state
 * @param dropout the probability, after the embedding, between layers and before the decoder
 */
public record LstmLm(int layers, int embedding, int hidden, double dropout)
    implements Architecture {
  static final String TYPE = "lstm-lm";

  static LstmLm parse(Settings settings) {
    return new LstmLm(
        settings.integerFrom(1, "layers", 3),
        settings.integerFrom(1, "embedding", 200),
        settings.integerFrom(1, "hidden", 200),
        settings.numberBetween(0, 0.99, "dropout", 0));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(
        Map.of("layers", layers, "embedding", embedding, "hidden", hidden, "dropout", dropout));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Language)) {
      throw new InputException("architecture lstm-lm predicts tokens; it cannot learn " + task);
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Initial tenth = new Initial.Uniform(0.1);
    Value x = net.embedding("encoder", net.input(), task.classes(), embedding, tenth);
    x = net.lstm("rnn", net.dropout(x, dropout), layers, hidden, dropout);
    x = net.dropout(x, dropout);
    return net.build(net.linear("decoder", x, task.classes(), tenth, new Initial.Constant(0)));
  }
}
