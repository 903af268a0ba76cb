package dev.secant.training;

import dev.secant.table.FullBatchRecord;
import dev.secant.table.LagRecord;
import dev.secant.table.LayerRecord;
import dev.secant.table.ProbeRecord;
import java.io.Serializable;
import java.util.List;

/** What was measured besides the columns of every step. */
public record Besides(
    List<ProbeRecord> probes,
    List<LagRecord> lags,
    List<LayerRecord> layers,
    List<FullBatchRecord> fullBatch)
    implements Serializable {
  public static final Besides NOTHING = new Besides(List.of(), List.of(), List.of(), List.of());

  public Besides {
    probes = List.copyOf(probes);
    lags = List.copyOf(lags);
    layers = List.copyOf(layers);
    fullBatch = List.copyOf(fullBatch);
  }
}
