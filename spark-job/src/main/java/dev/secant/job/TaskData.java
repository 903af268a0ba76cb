package dev.secant.job;

import dev.secant.data.DataRoot;
import dev.secant.data.Dataset;
import dev.secant.data.DatasetSource;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Where a task finds its datasets.
 *
 * @param configuration how an object store is reached
 */
record TaskData(DataRoot root, Broadcast<SerializableConfiguration> configuration)
    implements Serializable {
  Dataset load(DatasetSource source) {
    return LoadedDatasets.load(source, root, configuration.value().value());
  }
}
