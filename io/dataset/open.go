package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Format is how the files of a data set are made.
type Format string

// The formats.
const (
	IDX   Format = "IDX"
	CIFAR Format = "CIFAR-10"
)

// wanted is a file that a data set needs, under any of some names.
type wanted []string

// layouts lists the files of each format, in the order in which they are opened.
func layouts() map[Format][]wanted {
	idx := func(names [2]string) (w wanted) {
		for _, name := range names {
			w = append(w, name, name+".gz")
		}
		return w
	}
	cifar := make([]wanted, 0, len(cifarTrain)+1)
	for _, name := range append(cifarTrain[:], cifarTest) {
		cifar = append(cifar, wanted{name})
	}
	return map[Format][]wanted{
		IDX:   {idx(trainImages), idx(trainLabels), idx(testImages), idx(testLabels)},
		CIFAR: cifar,
	}
}

// Open reads the data set in a directory. All of it is read and checked; what is wrong
// is an *InputError. A directory that has the name of one of Published may have no more
// classes than that.
func Open(dir string) (*Data, error) {
	p, _ := publication(strings.ToLower(nameOf(dir)))
	return openAs(dir, p)
}

// openAs is Open of what is to be p, or anything if that is nil.
func openAs(dir string, p *Publication) (*Data, error) {
	format, files, err := recognise(dir)
	if err != nil {
		return nil, err
	}
	d := &Data{Path: dir, Name: nameOf(dir), Format: format, Files: files}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, unreadable(file, err)
		}
		d.Bytes += info.Size()
	}
	if format == IDX {
		d.Train, d.Test, err = openIDX(files, p)
	} else {
		d.Train, d.Test, err = openCIFAR(files)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// nameOf is the last part of a path, also of one such as ".".
func nameOf(dir string) string {
	if full, err := filepath.Abs(dir); err == nil {
		dir = full
	}
	return filepath.Base(dir)
}

// recognise tells the format of a data set from the names in its directory, or in the
// one that the archive of CIFAR-10 makes there.
func recognise(dir string) (Format, []string, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return "", nil, unreadable(dir, err)
	case !info.IsDir():
		return "", nil, wrong(dir, "is a file, want the directory of a data set")
	}
	var missing error
	for _, format := range []Format{IDX, CIFAR} {
		files, absent, err := locate(dir, layouts()[format])
		if err != nil {
			return "", nil, err
		}
		if len(absent) == 0 {
			return format, files, nil
		}
		if len(files) > 0 && missing == nil {
			missing = &InputError{Path: dir, Offset: NoOffset, Err: fs.ErrNotExist, Reason: fmt.Sprintf(
				"part of a data set (%s), %s %s missing", format, strings.Join(absent, ", "), isAre(len(absent)))}
		}
	}
	if missing != nil {
		return "", nil, missing
	}
	inner := filepath.Join(dir, cifarFolder)
	if info, err := os.Stat(inner); err == nil && info.IsDir() {
		return recognise(inner)
	}
	return "", nil, &InputError{Path: dir, Offset: NoOffset, Err: fs.ErrNotExist, Reason: fmt.Sprintf(
		"no data set here, want the four files %s …, or %s to %s and %s",
		trainImages[0], cifarTrain[0], cifarTrain[len(cifarTrain)-1], cifarTest)}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// locate finds each file under the first of its names that is there, plain before
// packed.
func locate(dir string, layout []wanted) (files, absent []string, err error) {
	for _, names := range layout {
		found := ""
		for _, name := range names {
			path := filepath.Join(dir, name)
			_, err := os.Stat(path)
			if err == nil {
				found = path
				break
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, nil, unreadable(path, err)
			}
		}
		if found == "" {
			absent = append(absent, names[0])
			continue
		}
		files = append(files, found)
	}
	return files, absent, nil
}
