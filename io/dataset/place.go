package dataset

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Variable names the variable of the environment that says where data sets are: a
// directory of directories, or itself a data set.
const Variable = "APICAL_DATA"

// Root returns the directory in which data sets are kept: what Variable says, or
// apical/data in the user's cache directory.
func Root() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", wrong("", "no place for data sets: %v; set %s to a directory", err, Variable)
	}
	return filepath.Join(cache, "apical", "data"), nil
}

// Find returns the directory of a data set that is given by name or is a directory
// itself. A name is looked for in Root and then here. A Root that is a data set itself
// has the name of its directory, and if that is none of Published, every name.
// Find looks at no file: Open does.
func Find(nameOrDir string) (string, error) {
	if nameOrDir == "" {
		return "", wrong("", "no name of a data set, want one such as mnist, or a directory")
	}
	if isPath(nameOrDir) {
		return nameOrDir, nil
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	if answers(root, nameOrDir) {
		return root, nil
	}
	for _, dir := range []string{filepath.Join(root, nameOrDir), nameOrDir} {
		if isDir(dir) {
			return dir, nil
		}
	}
	missing := &InputError{Offset: NoOffset, Err: fs.ErrNotExist}
	if _, ok := publication(nameOrDir); ok {
		missing.Reason = "no data set " + nameOrDir + " in " + root + "; bring it with: apical data fetch " + nameOrDir
	} else {
		missing.Reason = "no data set " + nameOrDir + ", neither in " + root + " nor as a directory here; 'apical data list' shows what there is"
	}
	return "", missing
}

// Load opens what Find finds.
func Load(nameOrDir string) (*Data, error) {
	dir, err := Find(nameOrDir)
	if err != nil {
		return nil, err
	}
	return Open(dir)
}

// Dirs returns the directories in Root, in the order of their names, or Root itself if
// it is a data set. It tells nothing about what is in them, and is empty if there is no
// Root.
func Dirs() ([]string, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	if isSet(root) {
		return []string{root}, nil
	}
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(root, err)
	}
	var dirs []string
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if !strings.HasPrefix(e.Name(), ".") && isDir(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs, nil
}

// isPath tells a directory from a name.
func isPath(s string) bool {
	return s == "." || s == ".." || filepath.IsAbs(s) || strings.ContainsRune(s, '/') || strings.ContainsRune(s, filepath.Separator)
}

// answers tells whether root is itself the data set of a name.
func answers(root, name string) bool {
	if !isSet(root) {
		return false
	}
	own := nameOf(root)
	_, known := publication(strings.ToLower(own))
	return strings.EqualFold(own, name) || !known
}

// isSet tells whether the files of a data set are right in a directory.
func isSet(dir string) bool {
	_, _, err := recognise(dir)
	return err == nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
