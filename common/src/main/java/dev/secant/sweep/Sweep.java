package dev.secant.sweep;

import dev.secant.data.DataRoot;
import java.util.List;

/**
 * What one run of the job works through.
 *
 * @param output folder or URI of the tables
 * @param trials at least one, all different, in the order of the grid
 * @param dataRoot need not exist where every dataset is generated
 */
public record Sweep(
    String name,
    String output,
    List<Trial> trials,
    Measure measure,
    DataRoot dataRoot,
    EngineSettings engine,
    RunSettings run) {
  public Sweep {
    trials = List.copyOf(trials);
  }
}
