package dev.secant.architecture;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a module's code computes the same from the same weights, buffers and batch: it must draw
 * no random numbers of its own, keep no state of its own, and tell training from evaluation.
 */
final class Repeatability {
  private static final Pattern DRAW =
      Pattern.compile(
          "torch\\.((?:rand|randn|randint|randperm|rand_like|randn_like|randint_like|bernoulli_?"
              + "|multinomial|normal_?|poisson|rrelu(?:_with_noise)?_?|uniform_|exponential_"
              + "|geometric_|log_normal_|cauchy_|random_))\\(");

  /** The operators and functions that drop numbers with a probability, their second argument. */
  private static final Pattern DROPOUT =
      Pattern.compile(
          "torch\\.((?:feature_|alpha_|feature_alpha_|native_)?dropout_?)\\(\\w+, ([^,)]+)");

  private static final Pattern DROPOUT_FUNCTION =
      Pattern.compile(
          "(_\\d+) = __torch__\\.torch\\.nn\\.functional\\.\\w*dropout\\w*$", Pattern.MULTILINE);

  private static final Pattern ATTENTION =
      Pattern.compile("torch\\.scaled_dot_product_attention\\(\\w+, \\w+, \\w+, [^,]+, ([^,)]+)");

  /** The probability that a module was built with, such as torch.nn.LSTM's. */
  private static final Pattern PROBABILITY =
      Pattern.compile(
          "^  (p|dropout|dropout_p|drop_prob) : Final\\[(?:float|int)\\] = (\\S+)$",
          Pattern.MULTILINE);

  private static final Pattern FIXED_BATCH_NORM =
      Pattern.compile("torch\\.(?:batch_norm|native_batch_norm)\\((?:[^,()]+, ){5}(True|False),");

  private static final Pattern STATE =
      Pattern.compile("^    \\s*(\\w+\\.(\\w+)) = ", Pattern.MULTILINE);

  private Repeatability() {}

  /** Why a path of this code could not be repeated; empty where it can. */
  static Optional<String> objection(Collection<String> code) {
    for (String file : code) {
      for (String function : file.split("\n(?=\\s*def )")) {
        Optional<String> objection = objection(function);
        if (objection.isPresent()) {
          return objection;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> objection(String function) {
    Matcher draw = DRAW.matcher(function);
    if (draw.find()) {
      return random("torch." + draw.group(1));
    }
    Matcher dropout = DROPOUT.matcher(function);
    while (dropout.find()) {
      // In torch.nn.functional the probability is an argument; its callers are looked at.
      if (!dropout.group(2).equals("p") && !isZero(dropout.group(2))) {
        return random("torch." + dropout.group(1) + " with probability " + dropout.group(2));
      }
    }
    Matcher alias = DROPOUT_FUNCTION.matcher(function);
    while (alias.find()) {
      Matcher call =
          Pattern.compile("(?<!\\w)" + alias.group(1) + "\\((\\w+), ([^,)]+)").matcher(function);
      while (call.find()) {
        if (!call.group(2).equals("dropout_p") && !isZero(call.group(2))) {
          return random("dropout with probability " + call.group(2));
        }
      }
    }
    Matcher attention = ATTENTION.matcher(function);
    while (attention.find()) {
      if (!attention.group(1).startsWith("dropout_p") && !isZero(attention.group(1))) {
        return random("attention with dropout " + attention.group(1));
      }
    }
    Matcher probability = PROBABILITY.matcher(function);
    while (probability.find()) {
      if (!isZero(probability.group(2))) {
        return random("a layer with " + probability.group(1) + " = " + probability.group(2));
      }
    }
    Matcher fixed = FIXED_BATCH_NORM.matcher(function);
    if (fixed.find()) {
      return Optional.of(
          "it was traced, so that its BatchNorm is in "
              + (fixed.group(1).equals("True") ? "training" : "evaluation")
              + " mode for good; save it with torch.jit.script");
    }
    if (function.contains("float(num_batches_tracked")) {
      return Optional.of(
          "its BatchNorm has momentum None and so counts its steps; give it a momentum");
    }
    Matcher state = STATE.matcher(function);
    while (state.find()) {
      if (!state.group(2).equals("num_batches_tracked")) {
        return Optional.of(
            "it keeps state of its own, " + state.group(1) + ", which no checkpoint would hold");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> random(String what) {
    return Optional.of(
        "it draws random numbers from torch's own generator ("
            + what
            + "), so that its path could not be repeated; save it without");
  }

  private static boolean isZero(String number) {
    try {
      return Double.parseDouble(number) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
