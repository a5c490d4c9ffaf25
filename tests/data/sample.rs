//! Small files of every format, as the programs write them that people have: for the unit tests of `data` and for
//! the tests over all of it.

const BLOCK: usize = 512;

/// CRC-32 bit by bit, as its definition says.
pub fn crc32(bytes: &[u8]) -> u32 {
    let bit = |c: u32| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
    !bytes.iter().fold(!0, |c, &b| (0..8).fold(c ^ u32::from(b), |c, _| bit(c)))
}

/// An IDX file.
pub fn idx(dims: &[u32], elements: &[u8]) -> Vec<u8> {
    let header = [0, 0, 8, dims.len() as u8].into_iter();
    header.chain(dims.iter().flat_map(|d| d.to_be_bytes())).chain(elements.iter().copied()).collect()
}

/// A gzip file with a name in its header.
pub fn gz(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3];
    out.extend(b"name\0");
    out.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
    out.extend(crc32(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

/// Records whose pixels are no labels.
pub fn records(labels: &[&[u8]]) -> Vec<u8> {
    let mut pixel = 0u8;
    let mut out = Vec::new();
    for label in labels {
        out.extend(*label);
        out.extend((0..3_072).map(|_| {
            pixel = pixel % 151 + 1;
            pixel + 100
        }));
    }
    out
}

/// What Python 2.7's cPickle writes for `{name: labels, 'data': array}`; lists go in batches of `batch`.
pub fn pickle(name: &str, labels: &[u8], pixels: &[u8], batch: usize) -> Vec<u8> {
    let mut out = b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03U".to_vec();
    out.push(name.len() as u8);
    out.extend(name.bytes());
    out.extend(b"q\x04]q\x05");
    for labels in labels.chunks(batch) {
        out.push(b'(');
        labels.iter().for_each(|&label| out.extend([b'K', label]));
        out.push(b'e');
    }
    out.extend(b"U\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85q\tU\x01bq\n");
    out.extend(
        b"\x87Rq\x0b(K\x01M\x10'M\x00\x0c\x86q\x0ccnumpy\ndtype\nq\rU\x02u1q\x0eK\x00K\x01\x87q\x0fRq\x10(K\x03",
    );
    out.extend(b"U\x01|q\x11NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x12b\x89T");
    out.extend((pixels.len() as u32).to_le_bytes());
    out.extend(pixels);
    out.extend(b"q\x13tq\x14bU\tfilenamesq\x15]q\x16(U\x05a.pngq\x17eu.");
    out
}

/// An array as NumPy writes it, version 1.
pub fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    [b"\x93NUMPY".as_slice(), &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes(), elements].concat()
}

/// The header of a tar member.
pub fn block(path: &str, kind: u8, size: usize, magic: &[u8]) -> Vec<u8> {
    let mut header = vec![0; BLOCK];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[156] = kind;
    header[257..257 + magic.len()].copy_from_slice(magic);
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&b| u32::from(b)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

/// A GNU tar member.
pub fn member(path: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut out = block(path, kind, content.len(), b"ustar  \0");
    out.extend(content);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
    out
}

/// A GNU archive of files, with a folder before them.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = block("folder/", b'5', 0, b"ustar  \0");
    files.iter().for_each(|(path, content)| out.extend(member(path, b'0', content)));
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

/// An archive of files, stored or deflated in turn.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (i, (path, content)) in files.iter().enumerate() {
        let packed = if i % 2 == 0 { content.to_vec() } else { miniz_oxide::deflate::compress_to_vec(content, 6) };
        let method = if i % 2 == 0 { 0u16 } else { 8 };
        let mut fields = Vec::new();
        fields.extend([20, 0, 0, 0]);
        fields.extend(method.to_le_bytes());
        fields.extend([0; 4]);
        for n in [crc32(content), packed.len() as u32, content.len() as u32, path.len() as u32] {
            fields.extend(n.to_le_bytes());
        }
        directory.extend(*b"PK\x01\x02");
        directory.extend([20, 0]);
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(path.bytes());
        out.extend(*b"PK\x03\x04");
        out.extend(fields);
        out.extend(path.bytes());
        out.extend(packed);
    }
    let (start, count) = (out.len() as u32, (files.len() as u16).to_le_bytes());
    out.extend(&directory);
    out.extend(*b"PK\x05\x06");
    out.extend([0; 4]);
    out.extend(count);
    out.extend(count);
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}
