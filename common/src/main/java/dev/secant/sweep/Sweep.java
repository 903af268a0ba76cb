package dev.secant.sweep;

import java.nio.file.Path;
import java.util.List;

/**
 * What one run of the job works through.
 *
 * @param output folder or URI of the tables
 * @param trials at least one, all different, in the order of the grid
 * @param dataRoot the folder that holds one sub-folder a dataset; need not exist where every
 *     dataset is generated
 */
public record Sweep(
    String name,
    String output,
    List<Trial> trials,
    Measure measure,
    Path dataRoot,
    EngineSettings engine,
    RunSettings run) {
  public Sweep {
    trials = List.copyOf(trials);
  }
}
