package dev.secant.data;

import dev.secant.data.ImageFile.Pixels;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * Photos by their index, decoded when they are first asked for and kept, a byte a number, as long
 * as there is room. Where the process runs short of memory it takes them back: then they are
 * decoded again. Can be read by many threads at once.
 */
final class DecodedPhotos {
  private final ClassFolders files;
  private final Function<Path, Pixels> decoder;
  private final AtomicLong room;
  private final AtomicReferenceArray<SoftReference<Pixels>> kept;

  /**
   * @param room bytes left for these and all others that share it
   */
  DecodedPhotos(ClassFolders files, Function<Path, Pixels> decoder, AtomicLong room) {
    this.files = files;
    this.decoder = decoder;
    this.room = room;
    this.kept = new AtomicReferenceArray<>(files.size());
  }

  int size() {
    return files.size();
  }

  int label(int index) {
    return files.label(index);
  }

  /** One of the photos; not to be changed. */
  Pixels photo(int index) {
    SoftReference<Pixels> reference = kept.get(index);
    Pixels photo = reference == null ? null : reference.get();
    if (photo == null) {
      photo = decoder.apply(files.path(index));
      keep(index, reference, photo);
    }
    return photo;
  }

  private void keep(int index, SoftReference<Pixels> before, Pixels photo) {
    int bytes = photo.content().length;
    // What was taken back still has its room.
    if (before != null || room.addAndGet(-bytes) >= 0) {
      kept.set(index, new SoftReference<>(photo));
    } else {
      room.addAndGet(bytes);
    }
  }
}
