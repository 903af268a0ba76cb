package dev.secant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.job.ChildJvm;
import dev.secant.job.FaultyWire;
import dev.secant.job.Output;
import dev.secant.job.S3Server;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A real sweep with its output and its data in buckets of a real S3 server, by the command line.
 */
class S3SweepTest {
  private static final String BUCKET = "sweeps";
  private static final String OUT = "s3a://" + BUCKET + "/some/out";

  private static final int TRIALS = 8;

  @TempDir static Path home;
  private static S3Server server;
  @TempDir Path temp;
  private final StringWriter printed = new StringWriter();
  private Path conf;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(home);
    server.create(BUCKET);
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 60; line++) {
      text.append("the quick brown fox jumps ").append(line).append('\n');
    }
    put("data/letters/a.txt", text.toString());
    put("data/letters/b.txt", text.reverse().toString());
    // Is never asked for, and so never brought.
    put("data/others.txt", "others");
  }

  private static void put(String object, String content) throws IOException {
    Configuration settings = new Configuration();
    S3Server.settings(BUCKET, server.port()).forEach(settings::set);
    URI bucket = URI.create("s3a://" + BUCKET);
    try (FileSystem files = FileSystem.newInstance(bucket, settings);
        OutputStream out = files.create(new org.apache.hadoop.fs.Path("/" + object))) {
      out.write(content.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    settings(true).forEach(System::setProperty);
    conf = temp.resolve("sweep.conf");
    Files.writeString(
        conf,
        """
        secant {
          output = "%s"
          data { root = "s3a://%s/data", cache = "%s" }
          grid {
            architecture = [ {type: lstm-lm, layers: 1, embedding: 4, hidden: 8} ]
            dataset = [ {type: text, path: letters, window: 8} ]
            batch-size = [ 16, 32 ]
            optimizer = [ {type: sgd, lr: 0.01}, {type: adam, lr: 0.001} ]
            seed = [ 0, 1 ]
          }
          train { epochs = 2 }
        }
        """
            .formatted(OUT, BUCKET, temp.resolve("cache")));
  }

  @AfterEach
  void disconnect() {
    settings(true).keySet().forEach(System::clearProperty);
  }

  private static Map<String, String> settings(boolean withKeys) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("spark.master", "local[2]");
    settings.put("spark.hadoop.fs.s3a.retry.limit", "2");
    S3Server.settings(BUCKET, server.port())
        .forEach((key, value) -> settings.put("spark.hadoop." + key, value));
    if (!withKeys) {
      settings.keySet().removeIf(key -> key.endsWith(".access.key") || key.endsWith(".secret.key"));
    }
    return settings;
  }

  @Test
  void aSweepGoesOnAfterItsDriverAndItsServerWereKilledAndIsAsALocalOne() throws Exception {
    Process killed = child("killed.txt", "run", conf.toString());
    awaitTrials(killed, "killed.txt", 1);
    killed.destroyForcibly().waitFor();
    assertThat(committed()).hasSizeLessThan(TRIALS);

    Process cutOff = child("cut-off.txt", "run", conf.toString());
    awaitTrials(cutOff, "cut-off.txt", committed().size() + 1);
    server.kill();
    assertThat(cutOff.waitFor()).isEqualTo(Main.INTERRUPTED);
    assertThat(temp.resolve("cut-off.txt")).content().contains("run again to go on");
    assertThat(committed()).hasSizeBetween(2, TRIALS - 1);

    server.start();
    assertThat(secant("run", conf.toString())).isZero();
    assertThat(said())
        .contains("8 of 8 trials complete (")
        .contains(" were there already)", "tables: " + OUT, "report: " + OUT + "/report.html");
    assertThat(server.objects(BUCKET)).allMatch(S3SweepTest::isOfAFinishedSweep);

    Path local = temp.resolve("local");
    Path data = home.resolve("buckets").resolve(BUCKET).resolve("data");
    assertThat(
            secant(
                "run", conf.toString(), "--output", local.toString(), "--set", "data.root=" + data))
        .isZero();
    String rows = rows(local.toString());
    assertThat(rows(OUT)).isEqualTo(rows).contains("gamma_null");
    assertThat(temp.resolve("cache")).isDirectoryRecursivelyContaining("glob:**/letters/b.txt");
    assertThat(temp.resolve("cache")).isDirectoryNotContaining("glob:**/others.txt");

    assertThat(secant("compact", OUT)).isZero();
    assertThat(server.objects(BUCKET)).allMatch(S3SweepTest::isOfACompactedSweep);
    assertThat(rows(OUT)).isEqualTo(rows);
    assertThat(secant("status", OUT)).isZero();
    assertThat(said()).containsPattern("complete +8\n").containsPattern("left +0\n");
    assertThat(secant("analyze", OUT)).isZero();
    assertThat(secant("report", OUT)).isZero();
    String trial = committed().get(0);
    assertThat(
            secant(
                "export",
                OUT,
                "--trial",
                trial,
                "--steps",
                "0-1",
                "--to",
                temp.resolve("steps").toString(),
                "--data",
                data.toString()))
        .isZero();
    assertThat(temp.resolve("steps/step-1.safetensors")).exists();
    assertThat(server.objects(BUCKET)).allMatch(S3SweepTest::isOfACompactedSweep);

    assertNoSecrets();
  }

  @Test
  void planBringsTheDataAndChangedDataAgain() throws Exception {
    assertThat(secant("plan", conf.toString())).isZero();
    assertThat(said()).contains("8 trials", "lstm-lm");
    Path brought = find(temp.resolve("cache"), "a.txt");
    String before = Files.readString(brought);
    assertThat(before).startsWith("the quick brown fox");

    // As a cleaner of old files, or a full disk, leaves it.
    Files.writeString(brought, "cut");
    Process anew = child("plan.txt", "plan", conf.toString());
    assertThat(anew.waitFor()).as(Files.readString(temp.resolve("plan.txt"))).isZero();
    assertThat(brought).hasContent(before);
    assertThat(temp.resolve("plan.txt")).content().contains("bringing s3a://" + BUCKET);

    anew = child("plan.txt", "plan", conf.toString());
    assertThat(anew.waitFor()).as(Files.readString(temp.resolve("plan.txt"))).isZero();
    assertThat(temp.resolve("plan.txt")).content().doesNotContain("bringing");
  }

  @Test
  void tablesThatSparkWritesAreCommittedByFinishingUploads() throws Exception {
    server.create("committed");
    SparkConf settings = new SparkConf(false).setMaster("local[1]").setAppName("committed");
    settings.set("spark.ui.enabled", "false");
    S3Settings.use(settings);
    try (FaultyWire wire = FaultyWire.to(server.port())) {
      S3Server.settings("committed", wire.port())
          .forEach((key, value) -> settings.set("spark.hadoop." + key, value));
      try (SparkSession spark = SparkSession.builder().config(settings).getOrCreate()) {
        Output output =
            new Output("s3a://committed/out", spark.sparkContext().hadoopConfiguration());
        output.replace(spark, "summary", spark.sql("SELECT 1 AS one"));
        output.replace(spark, "summary", spark.sql("SELECT 2 AS one"));
        assertThat(spark.sql("SELECT one FROM summary").first().getInt(0)).isEqualTo(2);
      }
      assertThat(wire.seen())
          .anyMatch(
              request ->
                  request.method().equals("POST")
                      && request.target().matches(".*_summary-new/part.*[?]uploads.*"))
          .anyMatch(request -> request.target().contains("/__magic_job-"));
    }
    assertThat(server.objects("committed")).hasSize(1);
  }

  @Test
  void dataThatIsNotInTheBucketIsRefused() {
    assertThat(secant("run", conf.toString(), "--set", "grid.dataset=[cifar10]")).isEqualTo(2);

    assertThat(said())
        .contains("s3a://" + BUCKET + "/data/cifar-10-batches-bin: no such folder or file");
  }

  @Test
  void anAddressWithCredentialsIsRefusedWithoutShowingThem() {
    String output = "s3a://" + S3Server.ACCESS_KEY + ":hidden@" + BUCKET + "/out";
    assertThat(secant("run", conf.toString(), "--output", output)).isEqualTo(2);
    assertThat(secant("status", output)).isEqualTo(2);
    assertThat(secant("plan", conf.toString(), "--set", "data.root=" + output)).isEqualTo(2);

    assertThat(said())
        .contains("must not hold credentials")
        .doesNotContain(S3Server.ACCESS_KEY, "hidden@");
  }

  /** Every value of every table but times, as text that says each bit. */
  private String rows(String output) {
    String all =
        Stream.of("steps", "epochs", "lags", "probes", "layers")
            .map(table -> "SELECT '%1$s' AS t, to_json(struct(*)) AS r FROM %1$s".formatted(table))
            .collect(Collectors.joining(" UNION ALL "));
    String trials =
        " UNION ALL SELECT 'trials', to_json(struct(trial_id, config_json, status, steps,"
            + " replay_drift)) FROM trials ORDER BY t, r";
    printed.getBuffer().setLength(0);
    assertThat(secant("sql", output, all + trials, "--format", "csv")).isZero();
    return said();
  }

  /** In all that was printed and written, and in the objects themselves. */
  private void assertNoSecrets() throws IOException {
    Files.writeString(temp.resolve("printed.txt"), said());
    assertThat(secant("plan", conf.toString())).isZero();
    Files.writeString(temp.resolve("plan.txt"), said());
    for (Path folder : List.of(temp, home.resolve("buckets"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String content = Files.readString(file, StandardCharsets.ISO_8859_1);
          assertThat(content.contains(S3Server.SECRET_KEY)).as("secret in %s", file).isFalse();
          assertThat(content.contains(S3Server.ACCESS_KEY)).as("key in %s", file).isFalse();
        }
      }
    }
  }

  private static boolean isOfAFinishedSweep(String object) {
    return object.startsWith("data/")
        || object.matches("some/out/(_sweep|report\\.html)")
        || object.matches("some/out/[a-z]+/trial_id=[0-9a-f]{12}/part-\\d{5}\\.parquet")
        || object.matches("some/out/(summary|effects)/part-[^/]*\\.parquet");
  }

  private static boolean isOfACompactedSweep(String object) {
    boolean small = object.contains("trial_id=") && !object.startsWith("some/out/trials/");
    return (isOfAFinishedSweep(object) && !small)
        || object.matches("some/out/(steps|lags|probes|layers|epochs)/part-[^/]*\\.parquet");
  }

  /** With credentials where people have them: in the environment. */
  private Process child(String says, String... arguments) throws IOException {
    List<String> options = new ArrayList<>();
    settings(false).forEach((key, value) -> options.add("-D" + key + "=" + value));
    return ChildJvm.start(
        temp.resolve(says),
        Map.of(
            "AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY),
        options,
        Main.class,
        List.of(arguments));
  }

  private void awaitTrials(Process process, String says, int trials) throws Exception {
    while (committed().size() < trials) {
      assertThat(process.waitFor(20, TimeUnit.MILLISECONDS))
          .as(Files.readString(temp.resolve(says)))
          .isFalse();
    }
  }

  private static List<String> committed() throws IOException {
    return server.objects(BUCKET).stream()
        .filter(object -> object.matches("some/out/trials/.*parquet"))
        .map(object -> object.replaceFirst(".*trial_id=([0-9a-f]{12}).*", "$1"))
        .toList();
  }

  private static Path find(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private String said() {
    return printed.toString();
  }

  private int secant(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(printed, true));
    line.setErr(new PrintWriter(printed, true));
    return line.execute(arguments);
  }
}
