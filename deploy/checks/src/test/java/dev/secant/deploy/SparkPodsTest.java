package dev.secant.deploy;

import static dev.secant.deploy.Manifests.DEPLOY;
import static dev.secant.deploy.Manifests.KUBERNETES;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1Pod;
import java.io.IOException;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesConf;
import org.apache.spark.deploy.k8s.KubernetesDriverConf;
import org.apache.spark.deploy.k8s.KubernetesExecutorConf;
import org.apache.spark.deploy.k8s.SparkPod;
import org.apache.spark.deploy.k8s.submit.JavaMainAppResource;
import org.apache.spark.deploy.k8s.submit.KubernetesDriverBuilder;
import org.apache.spark.internal.config.package$;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfile$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
import org.junit.jupiter.api.Test;
import scala.Option;

/** What Spark itself makes of the pod templates and settings. No cluster is asked. */
class SparkPodsTest {
  @Test
  void anExecutorIsWhatTheTemplateSaysAndWhatSparkAdds() throws IOException {
    V1Pod pod = executor(settings(false));
    V1Container container = pod.getSpec().getContainers().get(0);

    assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("secant-executor");
    assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/name", "secant")
        .containsEntry("spark-role", "executor");
    assertThat(pod.getMetadata().getOwnerReferences()).extracting("name").containsExactly("driver");

    assertThat(container.getImage()).isEqualTo("registry.example.org/secant:0.1.0-cpu");
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getEnvFrom()).extracting("secretRef.name").containsExactly("secant-s3");
    assertThat(container.getResources().getLimits()).doesNotContainKey("nvidia.com/gpu");
    assertThat(container.getResources().getLimits().get("cpu").toSuffixedString()).isEqualTo("8");
    assertThat(container.getResources().getLimits().get("memory").toSuffixedString())
        .isEqualTo("16Gi");
    assertThat(
            container.getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(V1EnvVar::getName, V1EnvVar::getValue)))
        .hasEntrySatisfying(
            "_SPARK_AUTH_SECRET", v -> assertThat(v).hasSizeGreaterThanOrEqualTo(32));
  }

  @Test
  void withTheLinesForGpusEachExecutorIsLimitedToItsGpus() throws IOException {
    V1Container container = executor(settings(true)).getSpec().getContainers().get(0);

    assertThat(container.getImage()).endsWith("-cuda");
    assertThat(container.getResources().getLimits().get("nvidia.com/gpu").toSuffixedString())
        .isEqualTo("1");
  }

  @Test
  void aDriverThatKubernetesRunsIsWhatItsTemplateSays() throws IOException {
    SparkConf conf = settings(false);
    KubernetesDriverConf driver =
        KubernetesConf.createDriverConf(
            conf,
            "spark-app",
            new JavaMainAppResource(Option.apply("local:///opt/secant/secant.jar")),
            "dev.secant.cli.Main",
            new String[] {"run", "/etc/secant/sweep.conf"},
            Option.empty());
    try (KubernetesClient client = client()) {
      V1Pod pod = whole(new KubernetesDriverBuilder().buildFromFeatures(driver, client).pod());
      assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("secant-driver");
      assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSpec().getContainers().get(0).getEnvFrom())
          .extracting("secretRef.name")
          .containsExactly("secant-s3");
      assertThat(pod.getSpec().getContainers().get(0).getArgs())
          .contains("dev.secant.cli.Main", "run", "/etc/secant/sweep.conf");
    }
  }

  /**
   * The settings that all clusters share and those for Kubernetes, as the image and the map have
   * them.
   */
  private static SparkConf settings(boolean gpus) {
    String own = Manifests.read(KUBERNETES.resolve("spark.conf"));
    Properties settings = Manifests.settings(DEPLOY.resolve("spark.conf"));
    settings.putAll(Manifests.settings(gpus ? own.replace("\n#spark.", "\nspark.") : own));
    // The templates lie here, not where the pods have them.
    settings.replaceAll((key, value) -> value.toString().replace("/etc/secant/", KUBERNETES + "/"));
    SparkConf conf = new SparkConf(false);
    settings.forEach((key, value) -> conf.set(key.toString(), value.toString()));
    return conf.set("spark.master", "k8s://https://localhost:1")
        .set("spark.app.name", "secant")
        .set("spark.app.id", "spark-1");
  }

  private static V1Pod executor(SparkConf conf) throws IOException {
    conf.set("spark.driver.host", "10.0.0.1").set("spark.driver.port", "7078");
    SecurityManager security =
        new SecurityManager(conf, Option.empty(), package$.MODULE$.AUTH_SECRET_FILE_DRIVER());
    security.initializeAuth();
    Pod driver =
        new PodBuilder().withNewMetadata().withName("driver").withUid("1").endMetadata().build();
    KubernetesExecutorConf executor =
        KubernetesConf.createExecutorConf(
            conf,
            "1",
            "spark-1",
            Option.apply(driver),
            ResourceProfile.DEFAULT_RESOURCE_PROFILE_ID());
    try (KubernetesClient client = client()) {
      return whole(
          new KubernetesExecutorBuilder()
              .buildFromFeatures(
                  executor, security, client, ResourceProfile$.MODULE$.reInitDefaultProfile(conf))
              .pod());
    }
  }

  /** Pod and container in one, through the API's strict types. */
  private static V1Pod whole(SparkPod made) throws IOException {
    Pod pod =
        new PodBuilder(made.pod())
            .editOrNewSpec()
            .addToContainers(made.container())
            .endSpec()
            .build();
    return V1Pod.fromJson(Serialization.asJson(pod));
  }

  private static KubernetesClient client() {
    Config nobody = new ConfigBuilder(Config.empty()).withMasterUrl("http://localhost:1").build();
    return new KubernetesClientBuilder().withConfig(nobody).build();
  }
}
