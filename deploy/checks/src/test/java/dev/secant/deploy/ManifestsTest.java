package dev.secant.deploy;

import static dev.secant.deploy.Manifests.DEPLOY;
import static dev.secant.deploy.Manifests.KUBERNETES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.openapi.models.RbacV1Subject;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvFromSource;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PolicyRule;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The Kubernetes manifests are what the API takes, and name only what is there. */
class ManifestsTest {
  private static final Path JOB = KUBERNETES.resolve("job.yaml");
  private static final Path ACCESS = KUBERNETES.resolve("access.yaml");

  static Stream<Path> manifests() throws IOException {
    try (Stream<Path> files = Files.list(KUBERNETES)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml") && !file.endsWith("kustomization.yaml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void theApisTypesTakeEveryDocument(Path file) throws IOException {
    List<String> documents = Manifests.documents(file);
    assertThat(documents).isNotEmpty();
    for (String document : documents) {
      assertThat(Manifests.typed(document)).isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "backoffLimit: 3, backofLimit: 3",
    "backoffLimit: 3, backoffLimit: three",
    "restartPolicy: Never, restartPolicies: Never",
    "- name: driver, - nam: driver",
    "readOnlyRootFilesystem: true, readOnlyRootFileSystem: true",
    "mountPath: /tmp, path: /tmp",
    "fieldPath: status.podIP, field: status.podIP",
    "kind: Job, kind: Jobs",
    "containers:, container:",
  })
  void aManifestWithAMistakeIsRefused(String right, String wrong) {
    String text = Manifests.read(JOB);
    assertThat(text).contains(right);
    assertThatThrownBy(
            () -> {
              Path broken = Files.createTempFile("job", ".yaml");
              try {
                Files.writeString(broken, text.replaceFirst("\\Q" + right + "\\E", wrong));
                Manifests.all(V1Job.class, broken);
              } finally {
                Files.delete(broken);
              }
            })
        .isInstanceOf(Exception.class);
  }

  @Test
  void everythingIsInTheOneNamespace() throws IOException {
    List<V1Namespace> namespaces =
        Manifests.all(V1Namespace.class, KUBERNETES.resolve("namespace.yaml"));
    assertThat(namespaces)
        .singleElement()
        .extracting(n -> n.getMetadata().getName())
        .isEqualTo("secant");
    for (V1ServiceAccount account : Manifests.all(V1ServiceAccount.class, ACCESS)) {
      assertThat(account.getMetadata().getNamespace()).isEqualTo("secant");
    }
    assertThat(job().getMetadata().getNamespace()).isEqualTo("secant");
    assertThat(spark().getProperty("spark.kubernetes.namespace")).isEqualTo("secant");
  }

  @Test
  void theAccountsThatAreNamedExist() throws IOException {
    Set<String> accounts =
        Manifests.all(V1ServiceAccount.class, ACCESS).stream()
            .map(account -> account.getMetadata().getName())
            .collect(Collectors.toSet());
    V1RoleBinding binding = Manifests.all(V1RoleBinding.class, ACCESS).get(0);
    V1Role role = Manifests.all(V1Role.class, ACCESS).get(0);

    assertThat(accounts)
        .contains(job().getSpec().getTemplate().getSpec().getServiceAccountName())
        .contains(spark().getProperty("spark.kubernetes.authenticate.driver.serviceAccountName"))
        .contains(spark().getProperty("spark.kubernetes.authenticate.executor.serviceAccountName"))
        .containsAll(binding.getSubjects().stream().map(RbacV1Subject::getName).toList());
    assertThat(binding.getRoleRef().getName()).isEqualTo(role.getMetadata().getName());
    assertThat(binding.getRoleRef().getKind()).isEqualTo("Role");
  }

  @Test
  void theDriverMayHandlePodsAndNothingElse() throws IOException {
    List<V1PolicyRule> rules = Manifests.all(V1Role.class, ACCESS).get(0).getRules();
    assertThat(rules).hasSize(1);
    assertThat(rules.get(0).getResources()).containsExactly("pods");
    assertThat(rules.get(0).getVerbs())
        .containsExactlyInAnyOrder("create", "get", "list", "watch", "delete", "deletecollection");
    // Or Spark asks for config maps, services and volume claims.
    assertThat(spark())
        .containsEntry("spark.kubernetes.executor.disableConfigMap", "true")
        .containsEntry("spark.kubernetes.driver.service.deleteOnTermination", "false")
        .containsEntry("spark.kubernetes.driver.ownPersistentVolumeClaim", "false");
  }

  @Test
  @SuppressWarnings("unchecked")
  void theConfigurationThatIsMountedIsMadeOfFilesThatAreThere() throws IOException {
    Map<String, Object> kustomization =
        new org.yaml.snakeyaml.Yaml()
            .load(Manifests.read(KUBERNETES.resolve("kustomization.yaml")));
    List<String> resources = (List<String>) kustomization.get("resources");
    Map<String, Object> map =
        ((List<Map<String, Object>>) kustomization.get("configMapGenerator")).get(0);
    List<String> files = (List<String>) map.get("files");
    for (String file : resources) {
      assertThat(KUBERNETES.resolve(file)).exists();
    }
    for (String file : files) {
      assertThat(KUBERNETES.resolve(file)).exists();
    }

    V1PodSpec driver = job().getSpec().getTemplate().getSpec();
    List<String> mounted =
        driver.getVolumes().stream()
            .filter(volume -> volume.getConfigMap() != null)
            .map(volume -> volume.getConfigMap().getName())
            .toList();
    assertThat(mounted).containsExactly((String) map.get("name"));
    List<String> named =
        Stream.concat(
                driver.getContainers().get(0).getArgs().stream(),
                Stream.of(spark().getProperty("spark.kubernetes.executor.podTemplateFile")))
            .filter(text -> text.startsWith("/etc/secant/"))
            .map(text -> text.substring("/etc/secant/".length()))
            .toList();
    assertThat(named).contains("sweep.conf", "spark.conf", "executor-pod.yaml");
    assertThat(files).containsAll(named);
  }

  @Test
  void imagesAreThoseThatTheDockerfileMakes() throws IOException {
    String image = job().getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
    assertThat(spark()).containsEntry("spark.kubernetes.container.image", image);
    String dockerfile = Manifests.read(DEPLOY.resolve("docker/Dockerfile"));
    assertThat(dockerfile)
        .contains(" AS cpu\n", " AS cuda\n", "/opt/secant/secant.jar", "/opt/secant/gpus.sh");
    assertThat(Manifests.read(DEPLOY.resolve("docker/README.md")))
        .contains(image.substring(image.lastIndexOf('/') + 1));
  }

  @Test
  void secretsAreNamedAndNeverWritten() throws IOException {
    for (Path file : manifests().toList()) {
      for (String document : Manifests.documents(file)) {
        assertThat(Manifests.kind(document)).isNotEqualTo("Secret");
      }
    }
    String readme = Manifests.read(KUBERNETES.resolve("README.md"));
    for (V1PodSpec pod : pods()) {
      for (V1EnvFromSource source : pod.getContainers().get(0).getEnvFrom()) {
        assertThat(readme).contains("create secret generic " + source.getSecretRef().getName());
      }
    }
  }

  @Test
  void noPodRunsAsRootGainsRightsOrWritesItsImage() throws IOException {
    assertThat(pods()).hasSize(3);
    for (V1PodSpec pod : pods()) {
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(185);
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      V1Container container = pod.getContainers().get(0);
      assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
      assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
      // What is written lies in volumes.
      Set<String> volumes =
          pod.getVolumes().stream().map(V1Volume::getName).collect(Collectors.toSet());
      assertThat(volumes)
          .containsAll(container.getVolumeMounts().stream().map(V1VolumeMount::getName).toList());
      assertThat(container.getVolumeMounts().stream().map(V1VolumeMount::getMountPath))
          .contains("/tmp", "/opt/spark/work-dir");
    }
  }

  @Test
  void theNetworkPolicyIsForThesePods() throws IOException {
    V1NetworkPolicy policy =
        Manifests.all(V1NetworkPolicy.class, KUBERNETES.resolve("network.yaml")).get(0);
    Map<String, String> wanted = policy.getSpec().getPodSelector().getMatchLabels();
    assertThat(job().getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(wanted);
    for (String template : List.of("driver-pod.yaml", "executor-pod.yaml")) {
      V1Pod pod = Manifests.all(V1Pod.class, KUBERNETES.resolve(template)).get(0);
      assertThat(pod.getMetadata().getLabels()).containsAllEntriesOf(wanted);
    }
  }

  private static V1Job job() throws IOException {
    return Manifests.all(V1Job.class, JOB).get(0);
  }

  private static Properties spark() {
    return Manifests.settings(KUBERNETES.resolve("spark.conf"));
  }

  private static List<V1PodSpec> pods() throws IOException {
    List<V1PodSpec> pods = new ArrayList<>();
    pods.add(job().getSpec().getTemplate().getSpec());
    for (String template : List.of("driver-pod.yaml", "executor-pod.yaml")) {
      pods.add(Manifests.all(V1Pod.class, KUBERNETES.resolve(template)).get(0).getSpec());
    }
    return pods;
  }
}
