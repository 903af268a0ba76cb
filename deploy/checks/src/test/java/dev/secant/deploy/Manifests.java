package dev.secant.deploy;

import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of {@code deploy/}, read as strictly as those for whom they are written. */
final class Manifests {
  static final Path DEPLOY = Path.of("..").toAbsolutePath().normalize();
  static final Path KUBERNETES = DEPLOY.resolve("kubernetes");

  private static final com.google.gson.Gson JSON = new com.google.gson.Gson();

  private Manifests() {}

  /** Every document of a file as JSON; a key that is there twice is an error. */
  static List<String> documents(Path file) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<String> documents = new ArrayList<>();
    for (Object document : new Yaml(new SafeConstructor(options)).loadAll(read(file))) {
      documents.add(JSON.toJson(document));
    }
    return documents;
  }

  /** Of what kind a document says that it is. */
  static String kind(String document) {
    return String.valueOf(JSON.fromJson(document, Map.class).get("kind"));
  }

  /**
   * A document as the type of the Kubernetes API that it says it is.
   *
   * @throws IllegalArgumentException where a field is unknown, missing or of the wrong type
   */
  static Object typed(String document) throws IOException {
    String kind = kind(document);
    return switch (kind) {
      case "ConfigMap" -> V1ConfigMap.fromJson(document);
      case "Job" -> V1Job.fromJson(document);
      case "Namespace" -> V1Namespace.fromJson(document);
      case "NetworkPolicy" -> V1NetworkPolicy.fromJson(document);
      case "Pod" -> V1Pod.fromJson(document);
      case "Role" -> V1Role.fromJson(document);
      case "RoleBinding" -> V1RoleBinding.fromJson(document);
      case "ServiceAccount" -> V1ServiceAccount.fromJson(document);
      default -> throw new IllegalArgumentException("no type for the kind " + kind);
    };
  }

  /** Every object of one type among the files. */
  static <T> List<T> all(Class<T> type, Path... files) throws IOException {
    List<T> found = new ArrayList<>();
    for (Path file : files) {
      for (String document : documents(file)) {
        Object object = typed(document);
        if (type.isInstance(object)) {
          found.add(type.cast(object));
        }
      }
    }
    return found;
  }

  /** A file of Spark settings, as Spark reads it. */
  static Properties settings(Path file) {
    return settings(read(file));
  }

  static Properties settings(String text) {
    Properties settings = new Properties();
    try {
      settings.load(new java.io.StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settings;
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
